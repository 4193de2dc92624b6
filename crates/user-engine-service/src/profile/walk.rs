//! A list that is read on until its end, page by page, whatever its length.

use crate::prelude::*;

/// The pages of a list that were asked for so far.
#[derive(Debug)]
pub(crate) struct Walk<R> {
    by: ListBy,
    pages: Vec<Many<R>>,
}

impl<R: Record> Walk<R> {
    /// Asks for the first page.
    pub(crate) fn begin(by: ListBy, flight: &mut Flight) -> Self {
        Self {
            pages: vec![flight.list(by.clone())],
            by,
        }
    }

    /// The key behind which more follow; `None` when the end was read.
    pub(crate) fn open<'a>(&self, answers: &'a Answers) -> Result<Option<&'a RecordKey>, Refusal> {
        match self.pages.last() {
            Some(last) => answers.next(*last),
            None => Ok(None),
        }
    }

    /// Asks for the next page; for none at the end.
    pub(crate) fn read_on(
        &mut self,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        if let Some(next) = self.open(answers)? {
            let query = user_engine_ports::ListQuery::new(R::KIND, self.by.clone());
            self.pages
                .push(flight.page(query.after(Some(next.clone()))));
        }
        Ok(())
    }

    /// The whole list, in the order of its keys.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` where it was not read to its end: no decision is made on a part.
    pub(crate) fn all(&self, answers: &Answers) -> Result<Vec<Versioned<R>>, Refusal> {
        let mut records = Vec::new();
        if let Some((last, before)) = self.pages.split_last() {
            for page in before {
                records.extend(answers.page(*page)?.records);
            }
            records.extend(answers.all(*last)?);
        }
        Ok(records)
    }

    /// Every record of the pages that were read, in the order of their keys.
    pub(crate) fn records(&self, answers: &Answers) -> Result<Vec<R>, Refusal> {
        let mut records = Vec::new();
        for page in &self.pages {
            let page = answers.page(*page)?;
            records.extend(page.records.into_iter().map(|found| found.record));
        }
        Ok(records)
    }
}
