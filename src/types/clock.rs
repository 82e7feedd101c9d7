//! The system's wall clock, read as fast as the system can.
//!
//! Reading the clock is most of what logging a scalar costs, so Linux is asked directly: going through
//! `SystemTime` takes a third longer.

#[cfg(all(target_os = "linux", not(tfevents_portable)))]
mod imp {
    use rustix::time::{ClockId, Timespec, clock_gettime};

    #[inline]
    pub(crate) fn now() -> f64 {
        secs(clock_gettime(ClockId::Realtime))
    }

    /// The time at the kernel's last tick.
    #[inline]
    pub(crate) fn coarse() -> f64 {
        secs(clock_gettime(ClockId::RealtimeCoarse))
    }

    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds stay below 2^53 for longer than the sun will shine"
    )]
    fn secs(time: Timespec) -> f64 {
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    }
}

#[cfg(any(tfevents_portable, not(target_os = "linux")))]
mod imp {
    use super::super::WallTime;

    #[inline]
    pub(crate) fn now() -> f64 {
        WallTime::from(std::time::SystemTime::now()).as_secs()
    }

    /// No cheaper clock here.
    #[inline]
    pub(crate) fn coarse() -> f64 {
        now()
    }
}

pub(crate) use imp::{coarse, now};

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::super::WallTime;
    use super::*;

    #[test]
    fn both_clocks_tell_the_system_time() {
        let before = WallTime::from(SystemTime::now()).as_secs();
        let (coarse, now) = (coarse(), now());
        let after = WallTime::from(SystemTime::now()).as_secs();
        assert!(before <= now && now <= after, "{before} {now} {after}");
        // How old the last tick is depends on how busy the machine is.
        assert!(
            before - 60.0 <= coarse && coarse <= after,
            "{before} {coarse}"
        );
    }
}
