//! Scalars.

use tfevents::proto;
use tfevents::tensor::DataType;

use super::row;
use crate::stock::blank::Row;
use crate::stock::blank::files::{empty, of, scalar};

const NOT_ONE: &[&str] = &["scalar_form"];

pub(super) fn rows() -> Vec<Row> {
    let one = |event: proto::Event| vec![event];
    vec![
        row(
            "scalar of shape [2]",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").floats(&[2], &[1., 2.])),
        ),
        row(
            "scalar of shape [0]",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").floats(&[0], &[])),
        ),
        row(
            "scalar without class",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").class(0).floats(&[2], &[1., 2.])),
        ),
        row(
            "scalar of text",
            "scalars",
            ["missing", "blank"],
            NOT_ONE,
            one(of("scalars").strings(&[], &[b"hi"])),
        ),
        row(
            "scalar of complex",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").complex(&[], &[1., 2.])),
        ),
        row(
            "scalar of nothing",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").tensor(empty(DataType::Float, &[]))),
        ),
        row(
            "scalar of no type",
            "scalars",
            ["missing", "500"],
            NOT_ONE,
            one(of("scalars").tensor(empty(DataType::Resource, &[]))),
        ),
        row(
            "scalar of unsigned integers",
            "scalars",
            ["missing", "500"],
            &["tensor_type"],
            one(of("scalars").unsigned(&[], &[1])),
        ),
        row(
            "scalar of halves as PyTorch has them",
            "scalars",
            ["missing", "500"],
            &["tensor_type"],
            one(of("scalars").tensor(proto::TensorProto {
                half_val: vec![0x3f80_0000],
                ..empty(DataType::Half, &[])
            })),
        ),
        row(
            "scalar of infinities",
            "scalars",
            ["blank", "blank"],
            &["scalar_infinite"],
            vec![
                of("scalars").floats(&[], &[f32::INFINITY]),
                of("scalars").step(1).floats(&[], &[f32::NEG_INFINITY]),
            ],
        ),
        row(
            "scalar of NaN",
            "scalars",
            ["shown", "shown"],
            &[],
            one(of("scalars").floats(&[], &[f32::NAN])),
        ),
        row(
            "scalar of doubles and pairs",
            "scalars",
            ["missing", "500"],
            &["form", "scalar_form"],
            vec![
                of("scalars").doubles(&[], &[1.]),
                of("scalars").step(1).floats(&[2], &[1., 2.]),
            ],
        ),
        row(
            "scalar of doubles",
            "scalars",
            ["missing", "shown"],
            &["form"],
            one(of("scalars").doubles(&[], &[1.])),
        ),
        row(
            "scalar and then two",
            "scalars",
            ["shown", "500"],
            NOT_ONE,
            vec![
                of("scalars").floats(&[], &[1.]),
                of("scalars").step(1).floats(&[2], &[1., 2.]),
            ],
        ),
        row(
            "scalar of another plugin's content",
            "scalars",
            ["all 500", "all 500"],
            &["plugin_content"],
            one(of("scalars").content("{}").floats(&[], &[1.])),
        ),
        row(
            "scalar of a later version",
            "scalars",
            ["missing", "missing"],
            &["plugin_version"],
            one(of("scalars").content([8, 7]).floats(&[], &[1.])),
        ),
        row(
            "scalar in front of values that are none",
            "scalars",
            ["missing", "shown"],
            &["rewound"],
            vec![
                scalar("x", 2),
                of("scalars").step(2).value(None),
                of("scalars").step(5).value(None),
            ],
        ),
        row(
            "scalar in front of a double",
            "scalars",
            ["missing", "shown"],
            &["rewound", "form"],
            vec![
                of("scalars").step(2).floats(&[], &[1.]),
                of("scalars").step(1).doubles(&[], &[1.]),
            ],
        ),
        row(
            "scalar without a value",
            "scalars",
            ["missing", "all 500"],
            &["no_value"],
            one(of("scalars").value(None)),
        ),
    ]
}
