//! Elements of a row, and the pieces of a line in them.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::logs::pieces::{Piece, classes, colors, rgb};

/// Appends a message, and behind it what else the line has.
pub(super) fn append_pieces(to: &Element, message: &[Piece<'_>], rest: &[Piece<'_>]) -> Option<()> {
    for piece in message {
        append_piece(to, piece)?;
    }
    if rest.is_empty() {
        return Some(());
    }
    let behind = match message.is_empty() {
        true => to.clone(),
        false => {
            // What is copied has a space there too.
            to.append_child(&document().create_text_node(" ")).ok()?;
            let behind = element("span", "rest")?;
            to.append_child(&behind).ok()?;
            behind.into()
        }
    };
    for piece in rest {
        append_piece(&behind, piece)?;
    }
    Some(())
}

fn append_piece(to: &Element, piece: &Piece<'_>) -> Option<()> {
    let (fg, bg) = colors(piece.style);
    let (fg, bg) = (fg.and_then(rgb), bg.and_then(rgb));
    let class = classes(piece);
    if class.is_none() && fg.is_none() && bg.is_none() {
        let text = document().create_text_node(piece.text);
        to.append_child(&text).ok()?;
        return Some(());
    }
    let span = element("span", class.as_deref().unwrap_or_default())?;
    span.set_text_content(Some(piece.text));
    // Written through the object model, which a content security policy lets pass.
    for (property, color) in [("color", fg), ("background-color", bg)] {
        if let Some((r, g, b)) = color {
            let value = format!("rgb({r} {g} {b})");
            let _refused = HtmlElement::style(&span).set_property(property, &value);
        }
    }
    to.append_child(&span).ok()?;
    Some(())
}

pub(super) fn append_mark(to: &Element, text: &str) -> Option<()> {
    let mark = element("span", "line-mark")?;
    mark.set_text_content(Some(text));
    to.append_child(&mark).ok()?;
    Some(())
}

/// A new element with this class.
pub(super) fn element(tag: &str, class: &str) -> Option<HtmlElement> {
    let element: HtmlElement = document().create_element(tag).ok()?.dyn_into().ok()?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    Some(element)
}
