//! Fragment's adapter against the emulator of fragment.com, in real browsers.

mod with_browser;
