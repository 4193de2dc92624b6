//! Rows: attaching factors.

use super::*;

pub(super) async fn attach_registration_factor(matrix: &mut Matrix<'_>) {
    let (desk, vic) = (matrix.desk(), matrix.stranger("vic"));
    let unknown = id("unknown");
    for foreign in foreign(matrix).await {
        let missing = not_found(RecordKind::RegistrationSession);
        let [unknown, foreign] = [&unknown, &foreign].map(attach);
        unseen!(matrix, desk, attach_registration_factor.registration_id:
            unknown, foreign => missing);
    }
    let own = begun(matrix, &vic, Some(60)).await;
    let nothing = AttachRegistrationFactor {
        normalized_value: Sensitive::new(Text::new("").unwrap()),
        ..attach(&own)
    };
    let empty = broken("normalized_value", Rule::Empty);
    refused!(matrix, desk, attach_registration_factor.normalized_value: nothing => empty);
    let nobodys = AttachRegistrationFactor {
        source_system: Text::new("").unwrap(),
        ..attach(&own)
    };
    let empty = broken("source_system", Rule::Empty);
    refused!(matrix, desk, attach_registration_factor.source_system: nobodys => empty);
    for seconds in [0, -1] {
        let past = AttachRegistrationFactor {
            expires_at: Some(matrix.seconds(seconds)),
            ..attach(&own)
        };
        let ahead = rule("expires_at", AHEAD);
        refused!(matrix, desk, attach_registration_factor.expires_at: past => ahead);
    }
    let limit = Expected::Limit(Limit::Record);
    let assurance = too_many().into_iter().map(|it| (it, text("level")));
    let large = AttachRegistrationFactor {
        assurance: Map::new(assurance.collect()).unwrap(),
        ..attach(&own)
    };
    refused!(matrix, desk, attach_registration_factor.assurance: large => limit.clone());
    let large = AttachRegistrationFactor {
        evidence_references: List::new(too_many()).unwrap(),
        ..attach(&own)
    };
    refused!(matrix, desk, attach_registration_factor.evidence_references: large => limit);
    let any = "every type is one, and any text may be shown";
    matrix.free(
        "attach_registration_factor",
        any,
        &["factor_type", "display_value"],
    );
    works!(matrix, desk, attach_registration_factor: attach(&own));
    for number in 1..32 {
        let more = AttachRegistrationFactor {
            normalized_value: secret(&number.to_string()),
            ..attach(&own)
        };
        let service = matrix.world.service.clone();
        service
            .attach_registration_factor(&desk, more)
            .await
            .unwrap();
    }
    let more = AttachRegistrationFactor {
        normalized_value: secret("one more"),
        ..attach(&own)
    };
    let full = broken("factors", Rule::TooMany { max_entries: 32 });
    refused!(matrix, desk, attach_registration_factor.registration_id: more => full);
}
