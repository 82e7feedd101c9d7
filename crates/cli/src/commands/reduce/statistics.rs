//! What `--stat` names.

use tfevents_analysis::reduce::Statistic;

use crate::ui::suggest;

/// One word of `--stat`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statistics(pub(super) &'static [Statistic]);

pub(super) fn statistics(name: &str) -> Result<Statistics, String> {
    let named = Statistic::ALL.iter().find(|s| s.name() == name);
    if let Some(one) = named {
        return Ok(Statistics(std::slice::from_ref(one)));
    }
    Ok(Statistics(match name {
        "ci" => &[Statistic::CiLow, Statistic::CiHigh],
        "std_band" => &[Statistic::StdLow, Statistic::StdHigh],
        "quartiles" => &[Statistic::Q25, Statistic::Q75],
        "range" => &[Statistic::Min, Statistic::Max],
        _ => {
            let bands = ["ci", "std_band", "quartiles", "range"];
            let names = Statistic::ALL.map(Statistic::name).into_iter().chain(bands);
            let hint = suggest::hint(name, names);
            return Err(format!("unknown statistic{hint}"));
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_have_names_and_nicknames() {
        assert_eq!(statistics("iqm").unwrap().0, [Statistic::Iqm]);
        let (low, high) = (Statistic::CiLow, Statistic::CiHigh);
        assert_eq!(statistics("ci").unwrap().0, [low, high]);
        assert!(statistics("maen").unwrap_err().contains("`mean`"));
    }
}
