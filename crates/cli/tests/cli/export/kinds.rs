//! Tables of every kind.

use std::path::Path;

use tfevents::plugin::histogram::{Bucket, Histogram};
use tfevents::plugin::hparams::{HParam, HParams, Metric};
use tfevents::{Experiment, Mesh, PrCurve, SummaryWriter, Text, WallTime};

use crate::support::tfevents;

fn writer(dir: &Path) -> SummaryWriter {
    SummaryWriter::builder(dir)
        .clock(|| WallTime::from_secs(1.5))
        .open()
        .unwrap()
}

/// The table of one kind of a logdir, as comma-separated values.
fn table(dir: &Path, kind: &str) -> String {
    tfevents(dir, &["export", ".", "--kind", kind]).done()
}

#[test]
fn histograms_have_a_row_for_each_bucket() {
    let dir = tempfile::tempdir().unwrap();
    let w = writer(dir.path());
    let bucket = |left, right, count| Bucket { left, right, count };
    let buckets = [bucket(-1.0, 0.5, 2.0), bucket(0.5, 0.75, 0.5)];
    w.add("h", &Histogram::from_buckets(buckets).unwrap(), 3)
        .unwrap();
    w.close().unwrap();
    assert_eq!(
        table(dir.path(), "histogram"),
        "run,tag,step,wall_time,bucket,left,right,count\n\
         .,h,3,1.5,0,-1,0.5,2\n\
         .,h,3,1.5,1,0.5,0.75,0.5\n"
    );
}

#[test]
fn text_has_a_row_for_each_cell() {
    let dir = tempfile::tempdir().unwrap();
    let w = writer(dir.path());
    w.add_text("note", "two\nlines", 0).unwrap();
    let cells = [["a", "b"], ["c", "d"]];
    w.add("table", &Text::table(cells).unwrap(), 1).unwrap();
    w.close().unwrap();
    assert_eq!(
        table(dir.path(), "text"),
        "run,tag,step,wall_time,row,column,text\n\
         .,note,0,1.5,,,\"two\nlines\"\n\
         .,table,1,1.5,0,0,a\n\
         .,table,1,1.5,0,1,b\n\
         .,table,1,1.5,1,0,c\n\
         .,table,1,1.5,1,1,d\n"
    );
}

#[test]
fn hyperparameters_have_a_row_each() {
    let dir = tempfile::tempdir().unwrap();
    let w = writer(dir.path());
    let experiment = Experiment::new()
        .hparam(HParam::number("lr").interval(0.0..=1.0))
        .hparam(HParam::bool("nesterov"))
        .hparam(HParam::text("optimizer"))
        .metric(Metric::new("val/acc"));
    w.add_experiment(&experiment).unwrap();
    let hparams = HParams::new()
        .with("lr", 0.1)
        .with("nesterov", true)
        .with("optimizer", "adam")
        .group("g");
    w.add_hparams(hparams, [("acc", 0.5)], 7).unwrap();
    w.close().unwrap();
    let table = table(dir.path(), "hparams");
    let rows: Vec<_> = table
        .lines()
        .map(|line| line.splitn(5, ',').last().unwrap())
        .collect();
    assert_eq!(
        rows,
        [
            "item,name,type,number,text",
            r#"declared_hparam,lr,json,,"{""name"":""lr"",""display_name"":"""",""description"":"""",""type"":""number"",""values"":null,""interval"":[0.0,1.0]}""#,
            r#"declared_hparam,nesterov,json,,"{""name"":""nesterov"",""display_name"":"""",""description"":"""",""type"":""bool"",""values"":[false,true],""interval"":null}""#,
            r#"declared_hparam,optimizer,json,,"{""name"":""optimizer"",""display_name"":"""",""description"":"""",""type"":""text"",""values"":null,""interval"":null}""#,
            r#"metric,val/acc,json,,"{""tag"":""val/acc"",""group"":"""",""display_name"":"""",""description"":"""",""dataset"":null}""#,
            "experiment,time_created,number,1.5,",
            "hparam,lr,number,0.1,",
            "hparam,nesterov,bool,1,",
            "hparam,optimizer,text,,adam",
            "session,start_time,number,1.5,",
            "session,group,text,,g",
            "session,end_time,number,1.5,",
            "session,status,text,,success",
        ]
    );
}

#[test]
fn curves_and_meshes_have_a_row_for_each_point() {
    let dir = tempfile::tempdir().unwrap();
    let w = writer(dir.path());
    let curve = PrCurve::with_thresholds([true, false], [0.9, 0.2], 3).unwrap();
    w.add("pr", &curve, 0).unwrap();
    let mesh = Mesh::new([[0.0, 0.5, 1.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        .faces([[0_i32, 1, 2]])
        .unwrap();
    w.add_mesh("m", &mesh, 0).unwrap();
    w.close().unwrap();
    assert_eq!(
        table(dir.path(), "pr_curve"),
        "run,tag,step,wall_time,threshold,true_positives,false_positives,true_negatives,\
         false_negatives,precision,recall\n\
         .,pr,0,1.5,0,1,1,0,0,0.5,1\n\
         .,pr,0,1.5,0.5,1,0,1,0,1,1\n\
         .,pr,0,1.5,1,0,0,1,1,0,0\n"
    );
    assert_eq!(
        table(dir.path(), "mesh"),
        "run,tag,step,wall_time,mesh,part,sample,index,x,y,z\n\
         .,m_VERTEX,0,1.5,m,vertices,0,0,0,0.5,1\n\
         .,m_VERTEX,0,1.5,m,vertices,0,1,1,2,3\n\
         .,m_VERTEX,0,1.5,m,vertices,0,2,4,5,6\n\
         .,m_FACE,0,1.5,m,faces,0,0,0,1,2\n"
    );
}
