//! The expected result of each cell.

use std::time::Duration;

use crate::cell::Observed;
use crate::tables::{Row, Table};

const FAULTS: &str = include_str!("../../../faults.md");
const RELIABILITY: &str = include_str!("../../../../docs/reliability.md");

/// The tables of expected results.
#[derive(Debug)]
pub struct Expectations {
    faults: Table,
    operations: Table,
    exceptions: Table,
    repeats: Table,
    limits: Table,
    not_played: Table,
}

/// One cell: the operation, the fault and the expected result.
#[derive(Clone, Debug)]
pub struct Cell {
    /// A row of the operations.
    pub operation: &'static str,
    /// A row of the faults.
    pub fault: &'static str,
    /// The AWS operation that the fault affects.
    pub target: &'static str,
    /// Whether the fault affects only the first attempt.
    pub once: bool,
    outcome: &'static str,
    sent: Sent,
    done: u32,
    signed_in: bool,
    next_call: &'static str,
    limit: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Once,
    Twice,
    Again,
    Any,
}

impl Expectations {
    /// Reads the tables.
    ///
    /// # Panics
    ///
    /// If a table is malformed.
    pub fn read() -> Self {
        Self {
            faults: Table::below(FAULTS, "## The faults"),
            operations: Table::below(FAULTS, "## The operations"),
            exceptions: Table::below(FAULTS, "## Where it ends otherwise"),
            repeats: Table::below(RELIABILITY, "## What is sent again"),
            limits: Table::below(RELIABILITY, "## The limit of each call"),
            not_played: Table::below(FAULTS, "## What is not played"),
        }
    }

    /// The names of the operations.
    pub fn operations(&self) -> impl Iterator<Item = &'static str> {
        self.operations.rows().map(|row| row.cell("operation"))
    }

    /// Every cell of the matrix.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for operation in self.operations.rows() {
            for fault in self.faults.rows() {
                let form = fault.cell(operation.cell("form"));
                let stated = self.exception(operation, fault).unwrap_or(form);
                if stated == "–" {
                    continue;
                }
                let always = self.cell(operation, fault, stated, false);
                let repeats = matches!(always.sent, Sent::Again | Sent::Twice);
                cells.push(always);
                if repeats {
                    cells.push(self.cell(operation, fault, stated, true));
                }
            }
        }
        cells
    }

    fn cell(&self, operation: Row<'_>, fault: Row<'_>, stated: &'static str, once: bool) -> Cell {
        let (outcome, counts_as) = match stated.strip_suffix(')').and_then(|stated| stated.split_once(" (")) {
            Some((outcome, counts_as)) => (outcome, counts_as),
            None => (stated, fault.cell("counts as")),
        };
        let name = operation.cell("operation");
        let form = operation.cell("form");
        let sent = match counts_as {
            "any" => Sent::Any,
            "signature" if form == "cognito" || name.ends_with(" token") => Sent::Once,
            "signature" => Sent::Twice,
            column if self.is_sent_again(operation.cell("sent again as"), column) => Sent::Again,
            _ => Sent::Once,
        };
        let (outcome, sent) = if once { ("ok", Sent::Twice) } else { (outcome, sent) };
        let is_ok = outcome == "ok";
        let work_done = fault.cell("work done") == "yes";
        let signed_in = operation.cell(if is_ok { "succeeded" } else { "failed" }) == "in";
        Cell {
            operation: name,
            fault: fault.cell("fault"),
            target: operation.cell("the fault befalls"),
            once,
            outcome,
            sent,
            done: u32::from(
                once || if operation.cell("done by") == "call" { is_ok && work_done } else { work_done },
            ),
            signed_in,
            next_call: if work_done && !is_ok { operation.cell("next call") } else { "ok" },
            limit: self.limit(name, "seconds"),
        }
    }

    fn is_sent_again(&self, operation: &str, column: &str) -> bool {
        let row = self.repeats.rows().find(|row| names(row.cell("operations")).any(|name| name == operation));
        row.unwrap_or_else(|| panic!("{operation} is not in \"What is sent again\"")).cell(column) == "again"
    }

    fn exception(&self, operation: Row<'_>, fault: Row<'_>) -> Option<&'static str> {
        let has = |list: &'static str, name| list.split(", ").any(|item| item == name);
        let row = self.exceptions.rows().find(|row| {
            let faults = row.cell("faults");
            has(row.cell("operations"), operation.cell("operation"))
                && (faults == "every" || has(faults, fault.cell("fault")))
        });
        row.map(|row| row.cell("outcome"))
    }

    /// The methods and types of `tests/surface.json` that the matrix omits, each with a reason.
    pub fn not_played(&self) -> impl Iterator<Item = &'static str> {
        self.not_played.rows().flat_map(|row| names(row.cell("methods")))
    }

    /// The time limit of the call, or of one of its variants, in this column.
    ///
    /// # Panics
    ///
    /// If the table has no limit for it.
    pub fn limit(&self, operation: &str, column: &str) -> Duration {
        let is_it = |name: &str| {
            operation == name || operation.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '))
        };
        let rows = self.limits.rows().filter_map(|row| {
            let name = names(row.cell("call")).find(|name| is_it(name))?;
            Some((name.len(), row.cell(column).parse().ok()?))
        });
        let longest = rows.max_by_key(|(length, _)| *length);
        Duration::from_secs(longest.unwrap_or_else(|| panic!("{operation} has no longest time")).1)
    }
}

/// The names in a cell, each in backticks.
fn names(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('`').map(str::trim).filter(|name| !name.is_empty())
}

impl Cell {
    /// The differences from the expectation.
    pub fn differences(&self, observed: &Observed) -> Vec<String> {
        let mut differences = Vec::new();
        let mut differ = |is_so: bool, what: String| {
            if !is_so {
                differences.push(what);
            }
        };
        differ(
            observed.outcome == self.outcome,
            format!("ends as {}, not {}: {}", observed.outcome, self.outcome, observed.error),
        );
        let sent = match self.sent {
            Sent::Once => observed.sent == 1,
            Sent::Twice => observed.sent == 2,
            Sent::Again => (2..=20).contains(&observed.sent),
            Sent::Any => true,
        };
        differ(sent, format!("was sent {} times, not {:?}", observed.sent, self.sent));
        let done = observed.done.is_none_or(|done| done == self.done);
        differ(done, format!("was done {:?} times, not {}", observed.done, self.done));
        differ(observed.signed_in == self.signed_in, format!("signed in afterwards: {}", observed.signed_in));
        differ(
            observed.next_call == self.next_call,
            format!("the next call ends as {}, not {}", observed.next_call, self.next_call),
        );
        differ(observed.took <= self.limit, format!("took {:?}, more than {:?}", observed.took, self.limit));
        differences
    }
}
