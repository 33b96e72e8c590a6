//! Parses the tables of `tests/faults.md` and `docs/reliability.md`.

/// The rows of the table below a heading, by column name.
#[derive(Debug)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<&'static str>>,
}

impl Table {
    /// Parses the table below `heading`.
    ///
    /// # Panics
    ///
    /// If there is no such table.
    pub fn below(document: &'static str, heading: &str) -> Self {
        let (_, below) =
            document.split_once(&format!("{heading}\n")).unwrap_or_else(|| panic!("no {heading:?}"));
        let lines = below.lines().skip_while(|line| !line.starts_with('|'));
        let mut rows = lines
            .take_while(|line| line.starts_with('|'))
            .map(|row| row.trim().trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
        let columns = rows.next().unwrap_or_else(|| panic!("{heading:?} has no table"));
        let rows: Vec<_> = rows.skip(1).collect();
        assert!(
            rows.iter().all(|row| row.len() == columns.len()),
            "a row of {heading:?} is too short or too long"
        );
        Self { columns, rows }
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { table: self, cells })
    }
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    table: &'a Table,
    cells: &'a [&'static str],
}

impl Row<'_> {
    /// The cell in this column.
    ///
    /// # Panics
    ///
    /// If there is no such column.
    pub fn cell(&self, column: &str) -> &'static str {
        let at = self.table.columns.iter().position(|name| *name == column);
        self.cells[at.unwrap_or_else(|| panic!("no column {column:?}"))]
    }
}
