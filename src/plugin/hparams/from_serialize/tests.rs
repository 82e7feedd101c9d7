//! What becomes of each shape, and what is said of those that cannot be taken.

use super::*;

#[derive(serde::Serialize)]
struct Inner {
    rate: f32,
    names: (u8, &'static str),
}

#[derive(serde::Serialize)]
#[serde(rename_all = "kebab-case")]
enum Choice {
    Plain,
    One(i32),
    Pair(u8, bool),
    Named { rate: f64 },
    Nested(Inner),
}

#[derive(serde::Serialize)]
struct Wrapper(u64);

#[derive(serde::Serialize)]
struct Unit;

#[derive(serde::Serialize)]
struct Config<T> {
    field: T,
}

fn of(field: impl Serialize) -> HParams {
    HParams::from_serialize(&Config { field }).unwrap()
}

const INNER: Inner = Inner {
    rate: 0.1,
    names: (1, "a\"b"),
};

#[test]
fn every_shape_has_its_rule() {
    let one = |value: HParamValue| HParams::new().with("field", value);
    assert_eq!(of(true), one(true.into()));
    assert_eq!(of(-3i8), one((-3).into()));
    assert_eq!(of(0.1f32), one(0.1.into()));
    assert_eq!(of(1u128 << 70), one((2f64.powi(70)).into()));
    assert_eq!(of('c'), one("c".into()));
    assert_eq!(of("text"), one("text".into()));
    assert_eq!(of(None::<u8>), one(HParamValue::Null));
    assert_eq!(of(()), one(HParamValue::Null));
    assert_eq!(of(Unit), one(HParamValue::Null));
    assert_eq!(of(Some(Some(2))), one(2.into()));
    assert_eq!(of(Wrapper(7)), one(7.into()));
    assert_eq!(of([1, 2]), one("[1, 2]".into()));
    assert_eq!(of(Vec::<u8>::new()), one("[]".into()));
    assert_eq!(of([Some("a"), None]), one("[\"a\", null]".into()));
    assert_eq!(of(Choice::Plain), one("plain".into()));
    assert_eq!(
        of([INNER]),
        one(r#"[{"names": [1, "a\"b"], "rate": 0.1}]"#.into())
    );
}

#[test]
fn nested_fields_have_long_names() {
    let inner = HParams::new()
        .with("field/rate", 0.1)
        .with("field/names", r#"[1, "a\"b"]"#);
    assert_eq!(of(INNER), inner);
    let variant = |name: &str| HParams::new().with("field", name);
    assert_eq!(of(Choice::One(5)), variant("one").with("field/one", 5));
    assert_eq!(
        of(Choice::Pair(1, true)),
        variant("pair").with("field/pair", "[1, true]")
    );
    assert_eq!(
        of(Choice::Named { rate: 0.5 }),
        variant("named").with("field/named/rate", 0.5)
    );
    assert_eq!(
        of(Choice::Nested(INNER)).values["field/nested/rate"],
        0.1.into()
    );
    let map = BTreeMap::from([(1, BTreeMap::from([(true, "x")]))]);
    assert_eq!(of(map), HParams::new().with("field/1/true", "x"));
    let dotted = HParams::from_serialize_with(&Config { field: INNER }, ".").unwrap();
    assert!(dotted.values.contains_key("field.rate"));
    let top = HParams::from_serialize(&Choice::Named { rate: 0.5 }).unwrap();
    assert_eq!(top, HParams::new().with("named/rate", 0.5));
}

struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom("the disk is on fire"))
    }
}

#[test]
fn errors_name_the_field() {
    let say = |e: Result<HParams>| e.unwrap_err().to_string();
    let nested = Config {
        field: BTreeMap::from([("list", [Some(Broken)])]),
    };
    let broken = say(HParams::from_serialize(&nested));
    assert!(
        broken.contains("\"field/list/0\": the disk is on fire"),
        "{broken}"
    );
    let keys = Config {
        field: BTreeMap::from([((1, 2), 3)]),
    };
    let keys = say(HParams::from_serialize(&keys));
    assert!(keys.contains("\"field\": the keys of a map"), "{keys}");
    for not_named in [
        say(HParams::from_serialize(&5)),
        say(HParams::from_serialize(&[1])),
    ] {
        assert!(not_named.contains("a struct or a map"), "{not_named}");
    }
    let twice = BTreeMap::from([("a/b", 1), ("a", 2)]);
    assert_eq!(HParams::from_serialize(&twice).unwrap().values.len(), 2);
    let mut list = vec![("a/b", BTreeMap::new()), ("a", BTreeMap::from([("b", 1)]))];
    list[0].1.insert("c", 1);
    list[1].1.insert("b/c", 2);
    let map: BTreeMap<_, _> = list.into_iter().collect();
    let error = say(HParams::from_serialize(&map));
    assert!(error.contains("\"a/b/c\""), "{error}");
}

/// Pairs that serialize as a map, with the same key several times.
struct Pairs(&'static [(&'static str, i32)]);

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

#[derive(serde::Serialize)]
struct Flattened {
    lr: f32,
    #[serde(flatten)]
    other: Pairs,
}

#[test]
fn fields_of_one_name_are_refused_wherever_they_are() {
    const TWINS: Pairs = Pairs(&[("k", 1), ("l", 2), ("k", 3)]);
    let say = |e: Result<HParams>| e.unwrap_err().to_string();
    let top = say(HParams::from_serialize(&TWINS));
    assert!(top.contains("two fields have the name \"k\""), "{top}");
    let nested = say(HParams::from_serialize(&Config { field: TWINS }));
    assert!(nested.contains("\"field\": two fields"), "{nested}");
    let listed = say(HParams::from_serialize(&Config {
        field: [Pairs(&[]), TWINS],
    }));
    assert!(listed.contains("\"field/1\": two fields"), "{listed}");
    let flattened = Flattened {
        lr: 0.1,
        other: Pairs(&[("lr", 1)]),
    };
    let flattened = say(HParams::from_serialize(&flattened));
    assert!(
        flattened.contains("\"lr\" (flattened fields count): rename one"),
        "{flattened}"
    );
}

#[test]
fn integers_keep_every_digit() {
    for exact in [1 << 53, u64::MAX - 2047, 1 << 63] {
        assert!(matches!(of(exact).values["field"], HParamValue::Number(n) if n as u64 == exact));
    }
    let seed = (1u64 << 53) + 1;
    assert_eq!(of(seed).values["field"], "9007199254740993".into());
    assert_eq!(
        of(-9_007_199_254_740_993i64).values["field"],
        "-9007199254740993".into()
    );
    assert_eq!(of(i64::MIN).values["field"], (-(2f64.powi(63))).into());
    assert_eq!(of(u128::MAX).values["field"], u128::MAX.to_string().into());
    assert_eq!(of([seed]).values["field"], r#"["9007199254740993"]"#.into());
    let keys = of(BTreeMap::from([(seed - 1, 1), (seed, 2)]));
    assert_eq!(keys.values.len(), 2);
}
