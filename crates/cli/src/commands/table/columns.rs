//! Which columns are asked for, and which there are.

use std::collections::HashSet;

use anyhow::{Result, bail};
use tfevents_analysis::condition::Condition;
use tfevents_analysis::run_table::{Column, ColumnSpec, Names};

pub(super) use tfevents_analysis::run_table::Head;

use super::Args;
use crate::args::conditions;
use crate::ui::usage::UsageError;

/// What columns and conditions were asked for.
pub(super) struct Columns {
    shown: Vec<ColumnSpec>,
    /// What to sort by, as it was written, and whether in descending order.
    sort: Option<(String, ColumnSpec, bool)>,
    pub(super) conditions: Vec<Condition>,
}

impl Columns {
    /// # Errors
    ///
    /// An invalid pattern or condition.
    pub(super) fn parse(args: &Args) -> Result<Self> {
        let regex = args.filters.regex();
        let spec = |text: &str| conditions::column(text, regex);
        let shown = match &*args.columns {
            [] => vec![spec("@*")?, ColumnSpec::every_tag()?],
            columns => columns
                .iter()
                .map(|text| spec(text))
                .collect::<Result<_>>()?,
        };
        let sort = match args.sort.as_deref() {
            Some(text) => {
                let (name, descending) = match text.strip_prefix('-') {
                    Some(name) => (name, true),
                    None => (text, false),
                };
                Some((name.to_owned(), spec(name)?, descending))
            }
            None => None,
        };
        let conditions = conditions::parse_where(&args.conditions, regex)?;
        Ok(Self {
            shown,
            sort,
            conditions,
        })
    }

    /// All that values have to be read for.
    pub(super) fn specs(&self) -> impl Iterator<Item = &ColumnSpec> {
        let sort = self.sort.iter().map(|(_, spec, _)| spec);
        self.shown.iter().chain(sort)
    }

    /// The columns that there are, each once, behind that of names.
    ///
    /// # Errors
    ///
    /// An unknown column; two of one title.
    pub(super) fn resolve<'l>(
        &self,
        first: Column<'l>,
        names: &Names<'l>,
    ) -> Result<Vec<Head<'l>>> {
        let mut heads = vec![Head::from(first)];
        for spec in &self.shown {
            conditions::found(spec.resolve(names, &mut heads))?;
        }
        let mut met = HashSet::new();
        heads.retain(|head| met.insert(head.clone()));
        if let Some(twin) = twin(&heads) {
            let problem =
                format!("two columns are called `{twin}`; give one another title with `as`");
            return Err(UsageError(problem).into());
        }
        Ok(heads)
    }

    /// The column to sort by, and whether in descending order.
    ///
    /// # Errors
    ///
    /// An unknown column.
    pub(super) fn sort<'l>(
        &self,
        heads: &[Head<'l>],
        names: &Names<'l>,
    ) -> Result<Option<(Column<'l>, bool)>> {
        let Some((text, spec, descending)) = &self.sort else {
            return Ok(None);
        };
        let is_name = |head: &&Head<'_>| {
            matches!(
                (&head.column, &**text),
                (Column::Run, "run") | (Column::Group, "group")
            )
        };
        let head = titled(text, heads).or_else(|| heads.iter().find(is_name));
        let column = match head {
            Some(head) => Some(head.column.clone()),
            None => conditions::found(spec.resolve_one(names))?,
        };
        match column {
            Some(column) => Ok(Some((column, *descending))),
            None => bail!("no hyperparameters to sort by"),
        }
    }
}

/// What two columns are called, which other programs could not tell apart.
fn twin(heads: &[Head<'_>]) -> Option<String> {
    // Without titles there are none, and there may be as many columns as values.
    if heads.iter().all(|head| head.title.is_none()) {
        return None;
    }
    let mut met = HashSet::new();
    let mut names = heads.iter().map(ToString::to_string);
    names.find(|name| !met.insert(name.clone()))
}

/// The column of that title.
pub(super) fn titled<'h, 'l>(title: &str, heads: &'h [Head<'l>]) -> Option<&'h Head<'l>> {
    heads
        .iter()
        .find(|head| head.title.as_deref() == Some(title))
}
