//! Repair: what comes out is intact, and all that was.

use tfevents::proto::{self, Message as _};
use tfevents::record::{self, End};
use tfevents::{EventItem, EventReader, repair};

/// What is saved of any bytes is a file without fault, which stays as it is when it is repaired again.
pub fn salvage(data: &[u8]) {
    let mut damaged = Vec::new();
    // Intact records between the bytes, or there would be little to save.
    for (i, piece) in data.split(|&b| b == 0xfe).enumerate() {
        if i % 2 == 0 {
            record::frame(&mut damaged, piece);
        } else {
            damaged.extend_from_slice(piece);
        }
    }
    let (saved, salvage) = saved(&damaged);
    assert_eq!(saved.len() as u64, salvage.bytes);
    let mut reader = EventReader::new(&*saved);
    reader.finish();
    let mut records = 0;
    loop {
        match reader.next_item().expect("memory cannot fail") {
            EventItem::Event(event) => {
                records += 1;
                assert!(event.event.wall_time.is_finite());
                proto::Event::decode(event.payload).expect("an event that every reader takes");
            }
            EventItem::Damage(defect) => panic!("{defect}"),
            EventItem::End(health) => {
                assert_eq!(health.end, End::Clean);
                break;
            }
        }
    }
    assert_eq!(records, salvage.health.records);
    let (again, second) = self::saved(&saved);
    assert!(second.is_intact(), "{second:?}");
    assert_eq!(again, saved);
    if salvage.is_intact() {
        assert_eq!(saved, damaged);
    }
    every_good_event_is_saved(&damaged, &saved);
}

fn saved(file: &[u8]) -> (Vec<u8>, repair::Salvage) {
    let mut saved = Vec::new();
    let salvage = repair::salvage(EventReader::new(file), &mut saved).expect("memory cannot fail");
    (saved, salvage)
}

/// Events with a time that other readers take whole come out as they went in, in their order.
fn every_good_event_is_saved(damaged: &[u8], saved: &[u8]) {
    let mut out = EventReader::new(saved);
    let mut reader = EventReader::new(damaged);
    reader.finish();
    loop {
        match reader.next_item().expect("memory cannot fail") {
            EventItem::Event(event) => {
                if proto::Event::decode(event.payload).is_err()
                    || !event.event.wall_time.is_finite()
                {
                    continue;
                }
                loop {
                    match out.next_item().expect("memory cannot fail") {
                        EventItem::Event(out) if out.payload == event.payload => break,
                        EventItem::Event(_) => {}
                        other => panic!("not saved, but {other:?}: {event:?}"),
                    }
                }
            }
            EventItem::Damage(_) => {}
            EventItem::End(_) => break,
        }
    }
}
