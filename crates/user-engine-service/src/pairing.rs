//! Proves over a whole store that every change was audited and told, once.
