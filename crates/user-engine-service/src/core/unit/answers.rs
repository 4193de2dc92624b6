//! The answers of a unit's operations: kept with its commit, given again to its repetition.

use crate::core::caller::Caller;
use crate::core::canonical::Canon;
use crate::core::operation::Mutation;
use crate::core::response::{Entries, Response};
use crate::error::{ConflictCause, Refusal};
use std::fmt;
use user_engine_domain::sha256_hex;
use user_engine_ports::{Receipt, ReceiptBody, StoreError};

/// How much of a request's digest is kept, in hexadecimal digits: 128 bits.
const DIGEST_DIGITS: usize = 32;

/// The name of the entry that holds the caller's digest: a store that is asked for an outcome
/// compares none.
const CALLER: &str = "caller";

/// What the operations that were run have answered.
pub(super) struct UnitAnswers {
    /// By place and name, the digest of each request under its bare place; and the caller's.
    entries: Entries,
    count: usize,
    has_written: bool,
}

impl fmt::Debug for UnitAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnitAnswers({})", self.count)
    }
}

impl UnitAnswers {
    /// No answers yet, of a unit of this caller's.
    pub(super) fn of(caller: Caller<'_>) -> Self {
        let caller = shortened(caller.unit_digest().as_str());
        Self {
            entries: [(CALLER.to_owned(), caller)].into(),
            count: 0,
            has_written: false,
        }
    }

    /// Keeps an answer, and whether anything was written for it.
    pub(super) fn keep<M: Mutation>(
        &mut self,
        request: &M,
        response: &M::Response,
        has_written: bool,
    ) {
        let mut entries = Entries::new();
        response.write(&mut entries);
        let place = self.count;
        let named = |(name, value)| (format!("{place}.{name}"), value);
        self.entries.extend(entries.into_iter().map(named));
        self.entries.insert(place.to_string(), digest(request));
        self.count += 1;
        self.has_written |= has_written;
    }

    /// Whether nothing was run yet.
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether anything was written.
    pub(super) const fn has_written(&self) -> bool {
        self.has_written
    }

    /// What is to be kept.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` beyond 4 KiB.
    pub(super) fn body(&self) -> Result<ReceiptBody, StoreError> {
        ReceiptBody::new(self.entries.clone())
    }

    /// Refuses the receipt of a unit that gave other answers than these.
    ///
    /// # Errors
    ///
    /// `AppliedMeanwhile` for the same requests of the same caller, `OperationReused` for others.
    pub(super) fn require_same(&self, receipt: &Receipt) -> Result<(), Refusal> {
        let kept = receipt.body.entries();
        if *kept == self.entries {
            return Ok(());
        }
        let is_digest = |(place, _): &(&String, &String)| !place.contains('.');
        let is_same = kept
            .iter()
            .filter(is_digest)
            .eq(self.entries.iter().filter(is_digest));
        Err(Refusal::Conflict(if is_same {
            ConflictCause::AppliedMeanwhile
        } else {
            ConflictCause::OperationReused
        }))
    }
}

/// A unit that was applied before, read from its beginning.
pub(super) struct Repetition {
    entries: Entries,
    place: usize,
}

impl fmt::Debug for Repetition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Repetition({})", self.place)
    }
}

impl Repetition {
    pub(super) fn of(receipt: &Receipt) -> Self {
        Self {
            entries: receipt.body.entries().clone(),
            place: 0,
        }
    }

    /// The first answer of the next operation.
    ///
    /// # Errors
    ///
    /// `OperationReused` when the unit held another request here, or none.
    pub(super) fn next<M: Mutation>(&mut self, request: &M) -> Result<M::Response, Refusal> {
        let reused = Refusal::Conflict(ConflictCause::OperationReused);
        let place = self.place.to_string();
        if self.entries.get(&place) != Some(&digest(request)) {
            return Err(reused);
        }
        self.place += 1;
        let prefix = format!("{place}.");
        let of_place = |(name, value): (&String, &String)| {
            let name = name.strip_prefix(&prefix)?;
            Some((name.to_owned(), value.clone()))
        };
        let entries = self.entries.iter().filter_map(of_place).collect();
        M::Response::read(&entries).ok_or(reused)
    }

    /// Refuses to end before the unit did.
    ///
    /// # Errors
    ///
    /// `OperationReused` when the unit held more.
    pub(super) fn require_whole(&self) -> Result<(), Refusal> {
        if self.entries.contains_key(&self.place.to_string()) {
            return Err(Refusal::Conflict(ConflictCause::OperationReused));
        }
        Ok(())
    }
}

fn digest<M: Mutation>(request: &M) -> String {
    let mut canon = Canon::default();
    canon.leaf(M::SPEC.name.as_bytes());
    request.write(&mut canon);
    shortened(&sha256_hex(canon.into_bytes()))
}

fn shortened(digest: &str) -> String {
    digest.chars().take(DIGEST_DIGITS).collect()
}
