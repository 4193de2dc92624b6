//! The account that a server runs as when this process is root, which PostgreSQL refuses.

use crate::local_server::error::LocalServerError;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Tried in this order.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// An account of this machine without special rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) user: u32,
    pub(super) group: u32,
}

impl Account {
    /// Looks for `postgres`, else `nobody`, in the machine's account file.
    pub(super) fn unprivileged() -> Result<Self, LocalServerError> {
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        CANDIDATES
            .iter()
            .find_map(|name| Self::in_accounts(&accounts, name))
            .ok_or(LocalServerError::NoAccount)
    }

    /// Reads one line of `name:password:user:group:…`; never root, whatever its name.
    fn in_accounts(accounts: &str, name: &str) -> Option<Self> {
        accounts.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next()? != name {
                return None;
            }
            let user: u32 = fields.nth(1)?.parse().ok()?;
            let group: u32 = fields.next()?.parse().ok()?;
            (user != 0).then(|| Self {
                name: name.to_owned(),
                user,
                group,
            })
        })
    }
}

/// Makes a command run as the account; the supplementary groups of root go with its rights.
pub(super) fn become_account(command: &mut Command, account: Option<&Account>) {
    if let Some(account) = account {
        command.uid(account.user).gid(account.group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/sh\n\
        postgres-old:x:7:7::/:/bin/false\n\
        nobody:x:65534:65533:nobody:/nonexistent:/bin/false\n\
        broken:x\n";

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        assert_eq!(Account::in_accounts(ACCOUNTS, "postgres"), None);
        let nobody = Account {
            name: "nobody".into(),
            user: 65534,
            group: 65533,
        };
        assert_eq!(Account::in_accounts(ACCOUNTS, "nobody"), Some(nobody));
    }

    #[test]
    fn root_and_broken_lines_are_no_accounts() {
        assert_eq!(Account::in_accounts(ACCOUNTS, "root"), None);
        assert_eq!(Account::in_accounts(ACCOUNTS, "broken"), None);
    }
}
