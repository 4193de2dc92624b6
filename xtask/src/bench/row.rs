//! One figure beside its floor, over several runs.

use std::fmt;

/// A figure and its floor, measured in turn in the same run.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: String,
    /// The unit of both figures, such as `ns` or `/s`.
    pub(crate) unit: &'static str,
    /// Ours, one figure a run.
    pub(crate) ours: Vec<f64>,
    /// The floor's, one figure a run.
    pub(crate) floor: Vec<f64>,
    /// What the ratio is to be.
    pub(crate) goal: Goal,
}

/// What a ratio (ours over floor) is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// At most this; for times and sizes.
    AtMost(f64),
    /// At least this; for throughput.
    AtLeast(f64),
    /// Nothing is asked of it.
    None,
}

impl Row {
    /// The median over the runs of the ratio within each run.
    pub(crate) fn ratio(&self) -> f64 {
        let ratios = self
            .ours
            .iter()
            .zip(&self.floor)
            .map(|(ours, floor)| ours / floor);
        median(ratios.collect())
    }

    /// Whether the median ratio meets the goal; `None` without one.
    pub(crate) fn meets_goal(&self) -> Option<bool> {
        match self.goal {
            Goal::AtMost(most) => Some(self.ratio() <= most),
            Goal::AtLeast(least) => Some(self.ratio() >= least),
            Goal::None => None,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratios: Vec<f64> = self
            .ours
            .iter()
            .zip(&self.floor)
            .map(|(ours, floor)| ours / floor)
            .collect();
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let most = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        write!(
            f,
            "{:<44} {:>11.1} {:>11.1} {:<5} {:>6.2}  ({least:.2}–{most:.2}, {} runs)",
            self.name,
            median(self.ours.clone()),
            median(self.floor.clone()),
            self.unit,
            self.ratio(),
            ratios.len(),
        )?;
        let goal = match self.goal {
            Goal::AtMost(most) => format!("at most {most}"),
            Goal::AtLeast(least) => format!("at least {least}"),
            Goal::None => return Ok(()),
        };
        let verdict = if self.meets_goal() == Some(true) {
            "met"
        } else {
            "MISSED"
        };
        write!(f, "  goal {goal}: {verdict}")
    }
}

/// The middle figure; the mean of the middle two of an even number, zero of none.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.get(middle) {
        None => 0.0,
        Some(upper) if figures.len() % 2 == 1 => *upper,
        Some(upper) => f64::midpoint(*upper, figures[middle - 1]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_median_of_the_ratios_of_each_run() {
        let row = Row {
            name: "x".to_owned(),
            unit: "/s",
            ours: vec![10.0, 1.0, 9.0],
            floor: vec![10.0, 2.0, 10.0],
            goal: Goal::AtLeast(0.85),
        };
        assert!((row.ratio() - 0.9).abs() < 1e-9);
        assert_eq!(row.meets_goal(), Some(true));
    }
}
