//! Medians, and how far they can be trusted.

/// How often a median is drawn again.
const DRAWS: usize = 2000;

/// The number at this share of them, in order.
pub(crate) fn at(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few thousand numbers"
    )]
    let place = ((sorted.len() - 1) as f64 * share).round() as usize;
    sorted[place]
}

pub(crate) fn median(numbers: &[f64]) -> f64 {
    at(numbers, 0.5)
}

/// The median with its 95 % interval: what it is in most samples that are drawn from these numbers.
pub(crate) fn interval(numbers: &[f64]) -> String {
    // The same for every run.
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = || {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        numbers[usize::try_from(dice % u64::try_from(numbers.len()).unwrap()).unwrap()]
    };
    let medians: Vec<f64> =
        (0..DRAWS).map(|_| median(&(0..numbers.len()).map(|_| draw()).collect::<Vec<_>>())).collect();
    format!("{:.2} [{:.2}-{:.2}]", median(numbers), at(&medians, 0.025), at(&medians, 0.975))
}
