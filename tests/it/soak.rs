//! A crowd in the chat: many people, few tills, faults everywhere. The same at scale:
//! `./x bench soak`.

mod with_browser;
