//! Draws payments at random and writes what the crate `ton` makes of each: address, state init,
//! message and its normalised hash. The same dice fall the same way every time.

use serde_json::{Value, json};
use ton::block_tlb::{CommonMsgInfoInt, CurrencyCollection, Msg, StateInit};
use ton::ton_wallet::{Mnemonic, TonWallet, WORDLIST_EN_SET, WalletVersion};
use ton_core::cell::{TonCell, TonHash};
use ton_core::traits::tlb::TLB;
use ton_core::types::TonAddress;
use ton_core::types::tlb_core::{EitherRefLayout, MsgAddress, TLBCoins, TLBEitherRef};

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }
}

fn main() {
    let mut dice = Dice(20_261_126);
    let mut words: Vec<&str> = WORDLIST_EN_SET.iter().copied().collect();
    words.sort_unstable();
    let mut cases = Vec::new();
    for _ in 0..8 {
        let (phrase, mnemonic) = loop {
            let drawn: Vec<&str> = (0..24).map(|_| words[dice.below(2048) as usize]).collect();
            let phrase = drawn.join(" ");
            if let Ok(mnemonic) = Mnemonic::from_str(&phrase, None) {
                break (phrase, mnemonic);
            }
        };
        let keys = mnemonic.to_key_pair().unwrap();
        for (name, version) in [("v4r2", WalletVersion::V4R2), ("v5r1", WalletVersion::V5R1)] {
            let wallet = TonWallet::new(version, keys.clone()).unwrap();
            let code = WalletVersion::get_code(version).unwrap().clone();
            let data = WalletVersion::get_default_data(version, &keys, wallet.wallet_id).unwrap();
            let init = StateInit::new(code, data);
            let payments: Vec<Value> = (0..4).map(|_| payment(&mut dice, &wallet, &init)).collect();
            cases.push(json!({
                "words": phrase,
                "version": name,
                "public_key": hex(&keys.public_key),
                "address": wallet.address.to_hex(),
                "state_init_hash": init.cell_hash().unwrap().to_hex(),
                "payments": payments,
            }));
        }
    }
    println!("{}", serde_json::to_string_pretty(&cases).unwrap());
}

fn payment(dice: &mut Dice, wallet: &TonWallet, init: &StateInit) -> Value {
    let mut destination = [0_u8; 32];
    destination
        .iter_mut()
        .for_each(|byte| *byte = dice.below(256) as u8);
    let destination = TonAddress::new(0, TonHash::from_slice_sized(&destination));
    let size = dice.below(10);
    let nanos = 1 + dice.below(10_u64.pow(2 + size as u32));
    let stars = 50 + dice.below(999_950);
    let reference: String = (0..9)
        .map(|_| {
            char::from(
                b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
                    [dice.below(56) as usize],
            )
        })
        .collect();
    let text = format!("{stars} Telegram Stars \n\nRef#{reference}");
    let body = comment(&text, 35);
    let seqno = match dice.below(3) {
        0 => 0,
        _ => dice.below(u64::from(u32::MAX)) as u32,
    };
    let valid_until = 1_800_000_000 + dice.below(600) as u32;
    let info = CommonMsgInfoInt {
        ihr_disabled: true,
        bounce: false,
        bounced: false,
        src: MsgAddress::NONE,
        dst: destination.to_msg_address(),
        value: CurrencyCollection::from_num(&nanos).unwrap(),
        ihr_fee: TLBCoins::ZERO,
        fwd_fee: TLBCoins::ZERO,
        created_lt: 0,
        created_at: 0,
    };
    let mut message = Msg::new(info, body.clone());
    message.body.layout = EitherRefLayout::Native;
    let inner = message.to_cell().unwrap();
    let unsigned = wallet
        .create_ext_in_body(valid_until, seqno, vec![inner])
        .unwrap();
    let signed = wallet.sign_ext_in_body(&unsigned).unwrap();
    let external = wallet
        .create_ext_in_msg_from_body(signed, seqno == 0)
        .unwrap();
    let mut external = Msg::<TonCell>::from_cell(&external).unwrap();
    external.body.layout = EitherRefLayout::Native;
    if seqno == 0 {
        external.init = Some(TLBEitherRef::new(init.clone()));
    }
    json!({
        "destination": destination.to_hex(),
        "nanos": nanos,
        "stars": stars,
        "reference": reference,
        "payload": body.to_boc_base64().unwrap(),
        "payload_hash": body.cell_hash().unwrap().to_hex(),
        "seqno": seqno,
        "valid_until": valid_until,
        "message_hash": external.cell_hash().unwrap().to_hex(),
        "normalised_hash": external.cell_hash_normalized().unwrap().to_hex(),
    })
}

/// As Fragment writes it: broken after so many bytes of text.
fn comment(text: &str, first: usize) -> TonCell {
    let (head, tail) = text.as_bytes().split_at(first.min(text.len()));
    let mut builder = TonCell::builder();
    builder.write_num(&0_u32, 32).unwrap();
    builder.write_bits(head, head.len() * 8).unwrap();
    if !tail.is_empty() {
        let mut rest = TonCell::builder();
        rest.write_bits(tail, tail.len() * 8).unwrap();
        builder.write_ref(rest.build().unwrap()).unwrap();
    }
    builder.build().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
