//! Signals, memos and stored values, each of one framework type for all types of values.
//!
//! The framework compiles all of its graph once per type of value, some kilobytes each. The types
//! here hold boxed values in one framework type, and know what is in the box. They have the names
//! and methods of the framework's own, as far as the page uses them: import them from here.

use std::any::Any;
use std::marker::PhantomData;

use leptos::prelude::{
    self as framework, LocalStorage, Notify as _, Read as _, ReadUntracked as _, ReadValue as _,
    Track as _, Write as _, WriteValue as _,
};

/// A box of what its handle says.
type Held = Box<dyn Any + Send + Sync>;

/// The same for a value that stays in its thread.
type HeldHere = Box<dyn Any>;

/// A handle of something that holds a `T` in a box.
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident of $framework:ty) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<T> {
            inner: $framework,
            of: PhantomData<fn() -> T>,
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        impl<T> $name<T> {
            /// A handle of what holds a `T`: only this module can know that it does.
            fn of(inner: $framework) -> Self {
                Self { inner, of: PhantomData }
            }
        }
    };
}

handle! {
    /// A value that whoever reads it follows.
    RwSignal of framework::RwSignal<Held>
}

handle! {
    /// A value computed from others, which changes only when the result does.
    Memo of framework::Memo<Computed>
}

handle! {
    /// A value that nobody follows, as long as its scope lives.
    StoredValue of framework::StoredValue<Held>
}

handle! {
    /// A value that nobody follows and that stays in its thread, as long as its scope lives.
    LocalValue of framework::StoredValue<HeldHere, LocalStorage>
}

/// Looks into a box.
#[inline(never)]
fn open<T: 'static>(held: &dyn Any) -> &T {
    match held.downcast_ref() {
        Some(value) => value,
        None => mixed_up(),
    }
}

#[inline(never)]
fn open_mut<T: 'static>(held: &mut dyn Any) -> &mut T {
    match held.downcast_mut() {
        Some(value) => value,
        None => mixed_up(),
    }
}

/// Handles are made together with what they hold, of the same type.
#[cold]
fn mixed_up() -> ! {
    unreachable!("a handle of another type")
}

/// A memo of what `value` makes.
pub fn memo<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| value())
}

/// Does something once the page is live, and again whenever what it read changes. The server
/// has no effects.
pub fn effect(act: impl FnMut() + 'static) {
    let act: Box<dyn FnMut()> = Box::new(act);
    framework::Effect::new(act);
}

impl<T: Send + Sync + 'static> RwSignal<T> {
    /// A signal of a first value.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self::of(framework::RwSignal::new(Box::new(value) as Held))
    }

    /// Reads the value and follows it.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(open(&**self.inner.read()))
    }

    /// Reads the value.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(open(&**self.inner.read_untracked()))
    }

    /// The value, followed.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// The value; `None` when the scope of the signal has ended.
    pub fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        Some(open::<T>(&**self.inner.try_read_untracked()?).clone())
    }

    /// Replaces the value.
    pub fn set(self, value: T) {
        self.update(|it| *it = value);
    }

    /// Changes the value; nothing happens when the scope of the signal has ended.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        if let Some(mut held) = self.inner.try_write() {
            change(open_mut(&mut **held));
        }
    }

    /// Follows the value without reading it.
    pub fn track(self) {
        self.inner.track();
    }

    /// Has whoever follows the value read it again.
    pub fn notify(self) {
        self.inner.notify();
    }
}

/// What a memo holds: a box that can be compared with another.
pub struct Computed(Box<dyn Compare>);

trait Compare: Any + Send + Sync {
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + Send + Sync + 'static> Compare for T {
    fn equals(&self, other: &dyn Any) -> bool {
        *self == *open(other)
    }
}

impl PartialEq for Computed {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

impl Computed {
    fn any(&self) -> &dyn Any {
        &*self.0
    }
}

type Compute = Box<dyn Fn(Option<&Computed>) -> Computed + Send + Sync>;

fn computed(compute: Compute) -> framework::Memo<Computed> {
    framework::Memo::new(compute)
}

impl<T: Send + Sync + 'static> Memo<T> {
    /// A memo of what `compute` makes, which gets the value before.
    #[must_use]
    pub fn new(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self
    where
        T: PartialEq,
    {
        let compute = move |before: Option<&Computed>| {
            Computed(Box::new(compute(before.map(|it| open(it.any())))))
        };
        Self::of(computed(Box::new(compute)))
    }

    /// Reads the value and follows it.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(open(self.inner.read().any()))
    }

    /// Reads the value.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(open(self.inner.read_untracked().any()))
    }

    /// The value, followed.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The value.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// Follows the value without reading it.
    pub fn track(self) {
        self.inner.track();
    }
}

/// What can be done with both kinds of stored values.
macro_rules! stored {
    ($name:ident: $($bound:tt)*) => {
        impl<T: $($bound)*> $name<T> {
            /// Reads the value.
            pub fn with_value<R>(self, read: impl FnOnce(&T) -> R) -> R {
                read(open(&**self.inner.read_value()))
            }

            /// The value.
            pub fn get_value(self) -> T
            where
                T: Clone,
            {
                self.with_value(T::clone)
            }

            /// The value; `None` when its scope has ended.
            pub fn try_get_value(self) -> Option<T>
            where
                T: Clone,
            {
                Some(open::<T>(&**self.inner.try_read_value()?).clone())
            }

            /// Changes the value; `None` when its scope has ended.
            pub fn try_update_value<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
                Some(change(open_mut(&mut **self.inner.try_write_value()?)))
            }

            /// Changes the value; nothing happens when its scope has ended.
            pub fn update_value(self, change: impl FnOnce(&mut T)) {
                let _gone = self.try_update_value(change);
            }

            /// Replaces the value; nothing happens when its scope has ended.
            pub fn set_value(self, value: T) {
                self.update_value(|it| *it = value);
            }
        }
    };
}

stored!(StoredValue: Send + Sync + 'static);
stored!(LocalValue: 'static);

impl<T: Send + Sync + 'static> StoredValue<T> {
    /// Stores a value.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self::of(framework::StoredValue::new(Box::new(value) as Held))
    }
}

impl<T: 'static> LocalValue<T> {
    /// Stores a value.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self::of(framework::StoredValue::new_local(
            Box::new(value) as HeldHere
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::prelude::Owner;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn what_follows_a_memo_is_computed_again_only_when_the_memo_changes() {
        let owner = Owner::new();
        owner.set();
        let number = RwSignal::new(1);
        let half = Memo::new(move |before: Option<&(i32, u32)>| {
            let half = number.get() / 2;
            let rises = before.map_or(0, |(was, rises)| rises + u32::from(half > *was));
            (half, rises)
        });
        let times = Arc::new(AtomicUsize::new(0));
        let text = memo({
            let times = Arc::clone(&times);
            move || {
                times.fetch_add(1, Ordering::Relaxed);
                half.with(|(half, rises)| format!("{half} {rises}"))
            }
        });
        assert_eq!(text.get(), "0 0");
        number.set(0);
        assert_eq!(
            (text.get().as_str(), times.load(Ordering::Relaxed)),
            ("0 0", 1)
        );
        number.update(|it| *it += 4);
        assert_eq!(
            (text.get().as_str(), times.load(Ordering::Relaxed)),
            ("2 1", 2)
        );
    }

    #[test]
    fn what_ended_with_its_scope_is_gone_and_can_still_be_set() {
        let owner = Owner::new();
        let (signal, stored) = owner.with(|| (RwSignal::new(1u8), StoredValue::new(String::new())));
        stored.set_value("kept".to_owned());
        assert_eq!(
            (signal.try_get_untracked(), stored.get_value().as_str()),
            (Some(1), "kept")
        );
        owner.cleanup();
        signal.set(2);
        assert_eq!(
            (signal.try_get_untracked(), stored.try_get_value()),
            (None, None)
        );
    }
}
