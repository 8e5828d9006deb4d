//! The card: this person, this price: yes?

use starkeeper_actors::domain::catalog::Product;
use starkeeper_actors::domain::pricing::Quote;

use super::{Voice, names};

impl Voice<'_> {
    pub(super) fn card(&self, quote: &Quote, for_me: bool) -> String {
        let mut facts = vec![self.for_so_long(quote)];
        if !for_me {
            let name = names::short(&quote.recipient.name);
            let name = name.unwrap_or_else(|| names::handle(&quote.recipient.username));
            facts.push(self.tongue.say("card-secret", [("name", name.into())]));
        }
        facts.push(self.tongue.plain(match quote.product {
            Product::Stars(_) => "card-final-stars",
            Product::Premium(_) => "card-final-premium",
        }));
        let lines = [
            self.title(quote, for_me),
            self.priced(quote),
            self.parts(quote),
            facts.join(" "),
            self.tongue.plain("card-terms"),
        ];
        lines.join("\n")
    }

    fn title(&self, quote: &Quote, for_me: bool) -> String {
        let to = ("to", names::handle(&quote.recipient.username).into());
        let name = names::full(&quote.recipient.name);
        match (name.is_empty(), for_me) {
            (true, false) => self.tongue.say("card-title-nameless", [to]),
            (true, true) => self.tongue.say("card-title-me-nameless", [to]),
            (false, for_me) => {
                let key = if for_me {
                    "card-title-me"
                } else {
                    "card-title"
                };
                self.tongue.say(key, [("name", name.into()), to])
            }
        }
    }

    fn priced(&self, quote: &Quote) -> String {
        let goods = self.tongue.goods(quote.product);
        let price = self.tongue.usd_to_pay(quote.price);
        let args = [("goods", goods.into()), ("price", price.into())];
        self.tongue.say("card-price", args)
    }

    /// What of the price is the goods and what the shop's: together the price, to the cent.
    fn parts(&self, quote: &Quote) -> String {
        let goods = quote.goods.round_up_to_cent().unwrap_or(quote.goods);
        let part = goods.min(quote.price);
        let fee = self.tongue.usd(quote.price.minus_down_to_zero(part));
        let part = self.tongue.usd(part);
        let key = match quote.product {
            Product::Stars(_) => "card-parts-stars",
            Product::Premium(_) => "card-parts-premium",
        };
        self.tongue
            .say(key, [("part", part.into()), ("fee", fee.into())])
    }

    fn for_so_long(&self, quote: &Quote) -> String {
        let left = quote.expires_at - self.now;
        let args = [
            ("for", self.span(left).into()),
            ("until", self.until(quote.expires_at).into()),
        ];
        self.tongue.say("card-valid", args)
    }
}
