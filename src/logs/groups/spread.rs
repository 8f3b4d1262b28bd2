//! Numbers that come and go, and how they are spread: their quantiles to a sixty-fourth.

/// Bits of a number's fraction that are told apart: 64 steps from one power of two to the next.
const BITS: u32 = 6;

/// Numbers by their size. What is equal but for a sixty-fourth is one step.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread {
    /// In order.
    steps: Vec<Step>,
    count: u64,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    at: i32,
    count: u32,
    /// One of the numbers.
    one: f64,
    /// All of them are that one.
    equal: bool,
}

/// The step of a number; of a smaller number it is no greater one.
fn step(number: f64) -> i32 {
    // Of negative numbers the bits grow as they become smaller. There is one zero only.
    let bits = (number + 0.0).to_bits().cast_signed();
    let ordered = bits ^ (bits >> 63 & i64::MAX);
    (ordered >> (52 - BITS)) as i32
}

impl Spread {
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn add(&mut self, number: f64) {
        self.add_step(Step {
            at: step(number),
            count: 1,
            one: number,
            equal: true,
        });
    }

    fn add_step(&mut self, it: Step) {
        self.count += u64::from(it.count);
        match self.steps.binary_search_by_key(&it.at, |it| it.at) {
            Ok(at) => {
                let step = &mut self.steps[at];
                step.count += it.count;
                step.equal &= it.equal && step.one == it.one;
                step.one = it.one;
            }
            Err(at) => self.steps.insert(at, it),
        }
    }

    /// Takes a number out that was added. True where the same number is sure to be left.
    pub(super) fn remove(&mut self, number: f64) -> bool {
        let Ok(at) = self.steps.binary_search_by_key(&step(number), |it| it.at) else {
            return false;
        };
        self.count -= 1;
        let step = &mut self.steps[at];
        step.count -= 1;
        if step.count == 0 {
            self.steps.remove(at);
            return false;
        }
        step.equal
    }

    /// Adds all numbers of another.
    pub(super) fn add_all(&mut self, other: &Self) {
        other.steps.iter().for_each(|it| self.add_step(*it));
    }

    /// The number that so many hundredths of all are not greater than, but for a sixty-fourth of it.
    pub(super) fn percentile(&self, percent: u64) -> Option<f64> {
        let mut rank = (self.count * percent).div_ceil(100).max(1);
        for step in &self.steps {
            match rank.checked_sub(u64::from(step.count)) {
                None | Some(0) => return Some(step.one),
                Some(left) => rank = left,
            }
        }
        None
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.steps.capacity() * size_of::<Step>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quantiles_are_those_of_a_sorted_list_but_for_a_sixty_fourth(
            numbers in proptest::collection::vec(
                prop_oneof![-1e6..1e6f64, any::<i8>().prop_map(f64::from), Just(-0.0), Just(0.0), 1e-300..1e300f64],
                1..200,
            ),
            gone in 0usize..100,
            percent in 0u64..101,
        ) {
            let mut spread = Spread::default();
            let mut half = Spread::default();
            for (at, number) in numbers.iter().enumerate() {
                if at % 2 == 0 { spread.add(*number) } else { half.add(*number) }
            }
            spread.add_all(&half);
            let gone = gone.min(numbers.len() - 1);
            let mut left = numbers.clone();
            for number in &numbers[..gone] {
                left.remove(0);
                prop_assert!(!spread.remove(*number) || left.contains(number));
            }
            left.sort_by(f64::total_cmp);
            prop_assert_eq!(spread.count(), left.len() as u64);
            let rank = (left.len() as u64 * percent).div_ceil(100).max(1) as usize;
            let (exact, found) = (left[rank - 1], spread.percentile(percent).unwrap());
            prop_assert!((exact - found).abs() <= exact.abs() / 64.0, "{exact} {found}");
        }
    }
}
