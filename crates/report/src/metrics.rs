//! Which tags say how a run went.

/// How many tags a summary shows if none are pinned.
const SHOWN: usize = 4;

/// Whether low or high values of a tag are good, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Best {
    Min,
    Max,
}

const LOW: &[&str] = &[
    "loss",
    "error",
    "err",
    "perplexity",
    "ppl",
    "mse",
    "rmse",
    "mae",
    "wer",
    "cer",
    "fid",
    "nll",
    "bpb",
    "bpc",
];
const HIGH: &[&str] = &[
    "acc",
    "accuracy",
    "auc",
    "auroc",
    "f1",
    "precision",
    "recall",
    "score",
    "reward",
    "return",
    "bleu",
    "rouge",
    "map",
    "iou",
    "miou",
    "psnr",
    "ssim",
    "dice",
    "r2",
    "success",
];
/// Parts of names of measurements on data that was not trained on.
const HELD_OUT: &[&str] = &["val", "valid", "validation", "eval", "test", "dev"];

/// Which values of a tag are good.
pub(crate) fn best(tag: &str) -> Option<Best> {
    let has = |known: &[&str]| words(tag).any(|word| known.contains(&&*word));
    match (has(LOW), has(HIGH)) {
        (true, _) => Some(Best::Min),
        (false, true) => Some(Best::Max),
        (false, false) => None,
    }
}

/// The positions of the tags that a summary shows: those that are pinned, or else those that seem to be meant for it.
pub(crate) fn shown(tags: &[&str], is_pinned: impl Fn(&str) -> bool) -> Vec<usize> {
    let all = || tags.iter().enumerate();
    let pinned: Vec<_> = all()
        .filter(|(_, tag)| is_pinned(tag))
        .map(|(i, _)| i)
        .collect();
    if !pinned.is_empty() {
        return pinned;
    }
    let mut ranked: Vec<_> = all().map(|(i, tag)| (rank(tag), i)).collect();
    ranked.sort_unstable();
    let mut shown: Vec<_> = ranked.into_iter().map(|(_, i)| i).take(SHOWN).collect();
    shown.sort_unstable();
    shown
}

/// Those of some tags whose values are in the table: of held-out data where there is any.
pub(crate) fn tabled(tags: &[&str], shown: &[usize]) -> Vec<usize> {
    let is_held_out = |&&i: &&usize| tags.get(i).is_some_and(|tag| rank(tag) == 0);
    match shown
        .iter()
        .filter(is_held_out)
        .copied()
        .collect::<Vec<_>>()
    {
        held_out if held_out.is_empty() => shown.to_vec(),
        held_out => held_out,
    }
}

/// Lower for tags that say more about how a run went.
fn rank(tag: &str) -> u8 {
    let is_held_out = words(tag).any(|word| HELD_OUT.contains(&&*word));
    match (best(tag).is_some(), is_held_out) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}

fn words(tag: &str) -> impl Iterator<Item = String> {
    let words = tag.split(|c: char| !c.is_ascii_alphanumeric());
    words.map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_good() {
        assert_eq!(best("val/loss"), Some(Best::Min));
        assert_eq!(best("eval_accuracy"), Some(Best::Max));
        assert_eq!(best("learning_rate"), None);
        let tags = [
            "lr",
            "time/fps",
            "train/loss",
            "val/acc",
            "val/loss",
            "x",
            "y",
        ];
        assert_eq!(shown(&tags, |_| false), [0, 2, 3, 4]);
        assert_eq!(shown(&tags, |tag| tag == "x"), [5]);
        assert_eq!(tabled(&tags, &[0, 2, 3, 4]), [3, 4]);
        assert_eq!(tabled(&tags, &[0, 2]), [0, 2]);
    }
}
