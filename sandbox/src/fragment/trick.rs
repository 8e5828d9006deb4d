//! What goes wrong on demand beside the faults of single calls: each is switched on as a fault of
//! kind `refuse` with its name for a method.

use crate::world::World;
use crate::world::faults::{Strike, System};

/// What the fate of a paid and confirmed purchase is called among the methods of faults: `refuse`
/// never delivers it, `delay` later.
pub(crate) const DELIVERY: &str = "delivery";

/// What is in store for a purchase that is about to be delivered.
pub(super) fn fate(world: &World) -> Strike {
    world.faults.strike(System::Fragment, DELIVERY, true)
}

/// Something that goes wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trick {
    /// The session gets another hash before the call.
    Hash,
    /// The request asks for the wallet's proof, whether it is there or not.
    NeedTon,
    /// The link is not given: the account has to show who it is first.
    NeedVerify,
    /// The request says that prices changed.
    PriceChanged,
    /// The request costs a tenth more than was told.
    Dearer,
    /// After a look-up the name passes to another person.
    Rename,
    /// The link pays somebody else.
    LinkDestination,
    /// The link pays more than was asked for.
    LinkAmount,
    /// The link's comment names another quantity.
    LinkQuantity,
    /// The link's comment names the other page's goods.
    LinkProduct,
    /// The link's comment has no reference.
    LinkNoRef,
    /// The link has two messages.
    LinkTwoMessages,
    /// The link's message brings a state.
    LinkStateInit,
    /// The link is good for a few seconds only.
    LinkExpiry,
    /// The request has the id and the reference of the one before it.
    LinkReusedId,
    /// The link pays from another wallet.
    LinkFrom,
    /// A history does not show its newest row.
    HistoryLacks,
    /// The newest row names another recipient.
    HistoryRecipient,
    /// The newest row shows twice the goods.
    HistoryQuantity,
    /// The newest row shows twice the price.
    HistoryPrice,
}

impl Trick {
    /// Every one with its name.
    pub(crate) const NAMES: [(Self, &'static str); 20] = [
        (Self::Hash, "hash"),
        (Self::NeedTon, "need_ton"),
        (Self::NeedVerify, "need_verify"),
        (Self::PriceChanged, "price_changed"),
        (Self::Dearer, "dearer"),
        (Self::Rename, "rename"),
        (Self::LinkDestination, "link_destination"),
        (Self::LinkAmount, "link_amount"),
        (Self::LinkQuantity, "link_quantity"),
        (Self::LinkProduct, "link_product"),
        (Self::LinkNoRef, "link_no_ref"),
        (Self::LinkTwoMessages, "link_two_messages"),
        (Self::LinkStateInit, "link_state_init"),
        (Self::LinkExpiry, "link_expiry"),
        (Self::LinkReusedId, "link_reused_id"),
        (Self::LinkFrom, "link_from"),
        (Self::HistoryLacks, "history_lacks"),
        (Self::HistoryRecipient, "history_recipient"),
        (Self::HistoryQuantity, "history_quantity"),
        (Self::HistoryPrice, "history_price"),
    ];

    /// Its name for faults.
    pub(crate) fn name(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(trick, _)| *trick == self);
        found.map_or("", |(_, name)| name)
    }

    /// Whether it is to happen to the call of now.
    pub(super) fn strikes(self, world: &World) -> bool {
        let strike = world.faults.strike(System::Fragment, self.name(), true);
        strike.refuse.is_some()
    }
}
