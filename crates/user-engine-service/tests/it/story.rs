//! Every story, on every store that needs no server.

use crate::place::worlds;
use user_engine_service::scenario::stories;

#[tokio::test]
async fn every_story_is_told_on_every_store() {
    let mut told = 0;
    for story in stories() {
        for (name, world) in worlds().await {
            let ended = (story.tell)(world).await;
            assert!(ended.is_ok(), "{} on {name}: {ended:?}", story.name);
            told += 1;
        }
    }
    assert!(told > 0, "there are stories");
}
