//! Hyperparameters, whose dashboard puts all runs into one table.

use std::path::Path;

use tfevents::proto::hparams::{
    Experiment, HParamInfo, HParamsPluginData, ListValue, MetricInfo, MetricName, SessionEndInfo,
    SessionStartInfo, Value, h_param_info::Domain, h_params_plugin_data::Data, value::Kind,
};
use tfevents::proto::{self, Message as _};
use tfevents::tensor::DataType;

use crate::stock::blank::Row;
use crate::stock::blank::files::{empty, of, scalar, write};

fn event_of(tag: &'static str, content: impl Into<Vec<u8>>) -> proto::Event {
    of("hparams")
        .tag(tag)
        .content(content)
        .tensor(empty(DataType::Float, &[0]))
}

fn event(tag: &'static str, data: Data) -> proto::Event {
    let message = HParamsPluginData {
        version: 0,
        data: Some(data),
    };
    event_of(tag, message.encode_to_vec())
}

/// A value of a tag that says nothing of hyperparameters.
fn bare(tag: &'static str) -> proto::Event {
    let mut event = event_of(tag, b"");
    if let Some(proto::event::What::Summary(summary)) = &mut event.what {
        summary.value[0].metadata = None;
    }
    event
}

const START: &str = "_hparams_/session_start_info";
const END: &str = "_hparams_/session_end_info";
const EXPERIMENT: &str = "_hparams_/experiment";

fn start_with(values: &[(&str, Option<Kind>)]) -> proto::Event {
    let value =
        |(name, kind): &(&str, Option<Kind>)| ((*name).to_owned(), Value { kind: kind.clone() });
    let hparams = values.iter().map(value).collect();
    event(
        START,
        Data::SessionStartInfo(SessionStartInfo {
            hparams,
            ..Default::default()
        }),
    )
}

fn start(rate: f64) -> proto::Event {
    start_with(&[("rate", Some(Kind::NumberValue(rate)))])
}

fn end(status: i32) -> proto::Event {
    let end_time_secs = 0.0;
    event(
        END,
        Data::SessionEndInfo(SessionEndInfo {
            status,
            end_time_secs,
        }),
    )
}

fn info(name: &str, domain: Option<Domain>) -> HParamInfo {
    HParamInfo {
        name: name.to_owned(),
        r#type: 3,
        domain,
        ..Default::default()
    }
}

fn experiment(hparam: HParamInfo, metric: &str) -> proto::Event {
    experiment_of(&[hparam], &[metric])
}

fn experiment_of(hparams: &[HParamInfo], metrics: &[&str]) -> proto::Event {
    let metric = |tag: &&str| MetricInfo {
        name: Some(MetricName {
            group: String::new(),
            tag: (*tag).to_owned(),
        }),
        ..Default::default()
    };
    event(
        EXPERIMENT,
        Data::Experiment(Experiment {
            hparam_infos: hparams.to_vec(),
            metric_infos: metrics.iter().map(metric).collect(),
            ..Default::default()
        }),
    )
}

/// A row of several runs.
fn row(
    name: &'static str,
    says: &'static str,
    codes: &'static [&'static str],
    runs: Vec<(&'static str, Vec<proto::Event>)>,
) -> Row {
    Row {
        name,
        write: Box::new(move |dir: &Path| {
            for (run, events) in &runs {
                write(&dir.join(run), events);
            }
        }),
        tab: "hparams",
        fast: says,
        slow: says,
        codes,
    }
}

pub(super) fn rows() -> Vec<Row> {
    let good = || vec![start(0.1), scalar("loss", 1)];
    let bad = |tag, content: &[u8]| vec![event_of(tag, content), scalar("loss", 1)];
    let broken = &["hparams_content"];
    let refused = "experiment 400, session_groups 400";
    let nan = Some(Kind::NumberValue(f64::NAN));
    let discrete = Domain::DomainDiscrete(ListValue {
        values: vec![Value { kind: nan.clone() }],
    });
    let with =
        |values: &[(&str, Option<Kind>)]| vec![("a", vec![start_with(values), scalar("loss", 1)])];
    let no_value = HParamsPluginData {
        version: 0,
        data: Some(Data::SessionStartInfo(SessionStartInfo::default())),
    };
    vec![
        // A session in the logdir itself: the row's run is the logdir.
        row(
            ".",
            "1 values, no metrics",
            &["session_in_logdir"],
            vec![("", good())],
        ),
        row(
            "metric at step 2^31",
            "session_groups 500",
            &["metric_step"],
            vec![("a", vec![start(0.1), scalar("loss", 1 << 31)])],
        ),
        row(
            "metric at step -2^31 - 1",
            "session_groups 500",
            &["metric_step"],
            vec![("a", vec![start(0.1), scalar("loss", -(1 << 31) - 1)])],
        ),
        row(
            "metric below at step 2^31",
            "session_groups 500",
            &["metric_step"],
            vec![
                ("a", vec![start(0.1)]),
                ("a/eval", vec![scalar("loss", 1 << 31)]),
            ],
        ),
        row(
            "start of other bytes",
            "experiment 500, session_groups 500",
            broken,
            vec![("a", bad(START, b"\xff\xff"))],
        ),
        row(
            "start of nothing",
            refused,
            broken,
            vec![("a", bad(START, b""))],
        ),
        row(
            "start of a later version",
            refused,
            broken,
            vec![("a", bad(START, b"\x08\x01\x1a\0"))],
        ),
        row(
            "start that is an end",
            refused,
            broken,
            vec![("a", bad(START, b"\x22\x02\x08\x01"))],
        ),
        row(
            "end that is a start",
            "session_groups 400",
            broken,
            vec![("a", vec![start(0.1), event_of(END, *b"\x1a\0")])],
        ),
        row(
            "experiment that is a start",
            refused,
            broken,
            vec![("a", vec![start(0.1), event_of(EXPERIMENT, *b"\x1a\0")])],
        ),
        Row {
            fast: "0 values, no metrics",
            ..row(
                "start without a value",
                "experiment 500, session_groups 500",
                &["no_value", "session_without_hparams"],
                vec![(
                    "a",
                    vec![
                        of("hparams")
                            .tag(START)
                            .content(no_value.encode_to_vec())
                            .value(None),
                    ],
                )],
            )
        },
        row(
            "start of NaN",
            "0 values",
            &["hparams_value"],
            with(&[("rate", nan.clone())]),
        ),
        row(
            "start of NaN among others",
            "1 values",
            &["hparams_value"],
            with(&[("rate", nan), ("size", Some(Kind::NumberValue(1.0)))]),
        ),
        row(
            "start of null",
            "0 values, no column, no metrics",
            &["hparams_value"],
            with(&[("rate", Some(Kind::NullValue(0)))]),
        ),
        row(
            "start of a list",
            "1 values, no column, no metrics",
            &["hparams_value"],
            with(&[("rate", Some(Kind::ListValue(ListValue::default())))]),
        ),
        row(
            "start without hyperparameters",
            "0 values, no metrics",
            &["session_without_hparams"],
            with(&[]),
        ),
        row(
            "two starts",
            "1 values",
            &["later_session"],
            vec![("a", vec![start(0.1), start(0.2), scalar("loss", 1)])],
        ),
        row(
            "two ends",
            "1 values",
            &["later_session"],
            vec![("a", vec![start(0.1), end(1), end(2), scalar("loss", 1)])],
        ),
        row(
            "two experiments",
            "1 values",
            &["later_session"],
            vec![(
                "a",
                vec![
                    experiment(info("rate", None), "loss"),
                    experiment(info("size", None), "acc"),
                    start(0.1),
                    scalar("loss", 1),
                ],
            )],
        ),
        Row {
            fast: "no rows",
            ..row(
                "start behind a tensor of its tag",
                "1 values",
                &["late_metadata"],
                vec![("a", vec![bare(START), start(0.1), scalar("loss", 1)])],
            )
        },
        row(
            "end of no status",
            "no rows",
            &["session_status"],
            vec![("a", vec![start(0.1), end(9), scalar("loss", 1)])],
        ),
        row(
            "end alone",
            "no rows",
            &["hparams_without_session"],
            vec![("a", vec![end(1), scalar("loss", 1)])],
        ),
        row(
            "experiment alone",
            "no rows",
            &["hparams_without_session"],
            vec![("a", vec![experiment(info("rate", None), "loss")])],
        ),
        row(
            "start under another tag",
            "no rows",
            &["hparams_tag"],
            vec![("a", bad("start", b"\x1a\0"))],
        ),
        row(
            "experiment of NaN",
            "experiment 500",
            &["hparams_domain"],
            vec![(
                "a",
                vec![
                    experiment(info("rate", Some(discrete)), "loss"),
                    start(0.1),
                    scalar("loss", 1),
                ],
            )],
        ),
        row(
            "experiment of other columns",
            "1 values, no column",
            &["hparams_column"],
            vec![(
                "a",
                vec![
                    experiment(info("size", None), "loss"),
                    start(0.1),
                    scalar("loss", 1),
                ],
            )],
        ),
        row(
            "experiment of other metrics",
            "1 values, no metrics",
            &["metric_missing"],
            vec![(
                "a",
                vec![
                    experiment(info("rate", None), "acc"),
                    start(0.1),
                    scalar("loss", 1),
                ],
            )],
        ),
        row(
            "experiment without metrics",
            "1 values, no metrics",
            &["metric_missing"],
            vec![(
                "a",
                vec![
                    experiment_of(&[info("rate", None)], &[]),
                    start(0.1),
                    scalar("loss", 1),
                ],
            )],
        ),
        row(
            "experiment without hyperparameters",
            "1 values, no column",
            &["hparams_column"],
            vec![(
                "a",
                vec![experiment_of(&[], &["loss"]), start(0.1), scalar("loss", 1)],
            )],
        ),
        row(
            "experiment of nothing",
            "0 values, no metrics",
            &["metric_missing", "session_without_hparams"],
            vec![(
                "a",
                vec![experiment_of(&[], &[]), start_with(&[]), scalar("loss", 1)],
            )],
        ),
    ]
}
