//! plotters on a 2D canvas.
//!
//! plotters' own canvas crate knows nothing of devicePixelRatio, writes a colour string per
//! primitive and measures text by inserting a styled element in the page, which forces a layout
//! and which a strict content security policy forbids. This backend counts in device pixels,
//! so that curves are as sharp as the screen; text is measured by the canvas itself.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
    text_anchor::{HPos, VPos},
};
use web_sys::CanvasRenderingContext2d;

/// Drawing on a canvas cannot fail: what the browser refuses is not there.
type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A 2D context of known size, with the state of the context cached: setting a colour or font
/// means parsing a string in the browser, so it is done only when it changes.
pub struct CanvasBackend<'a> {
    ctx: &'a CanvasRenderingContext2d,
    size: (u32, u32),
    fill: Cell<Option<u32>>,
    stroke: Cell<Option<u32>>,
    line_width: Cell<u32>,
    font: RefCell<String>,
}

impl<'a> CanvasBackend<'a> {
    /// Draws on `ctx`, whose canvas has `size` device pixels.
    #[must_use]
    pub fn new(ctx: &'a CanvasRenderingContext2d, size: (u32, u32)) -> Self {
        ctx.set_line_join("round");
        Self {
            ctx,
            size,
            fill: Cell::new(None),
            stroke: Cell::new(None),
            line_width: Cell::new(0),
            font: RefCell::new(String::new()),
        }
    }

    /// Fills a rectangle with slanting lines, `step` pixels apart.
    pub(super) fn hatch<S: BackendStyle>(
        &self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        step: u32,
        style: &S,
    ) {
        self.set_stroke(style);
        self.ctx.begin_path();
        let height = bottom - top;
        for x in (left - height..right).step_by(step.max(1) as usize) {
            // The part of the line from (x, bottom) to (x + height, top) that lies inside.
            let (from, to) = (0.max(left - x), height.min(right - x));
            self.ctx
                .move_to(f64::from(x + from), f64::from(bottom - from));
            self.ctx.line_to(f64::from(x + to), f64::from(bottom - to));
        }
        self.ctx.stroke();
    }

    /// Takes away what is drawn in a rectangle of that width and height.
    pub(super) fn clear(&self, (left, top): BackendCoord, (width, height): BackendCoord) {
        let [x, y, w, h] = [left, top, width, height].map(f64::from);
        self.ctx.clear_rect(x, y, w, h);
    }

    fn set_fill(&self, color: BackendColor) {
        let key = color_key(color);
        if self.fill.replace(Some(key)) != Some(key) {
            self.ctx.set_fill_style_str(&color_text(key));
        }
    }

    fn set_stroke<S: BackendStyle>(&self, style: &S) {
        let key = color_key(style.color());
        if self.stroke.replace(Some(key)) != Some(key) {
            self.ctx.set_stroke_style_str(&color_text(key));
        }
        let width = style.stroke_width();
        if self.line_width.replace(width) != width {
            self.ctx.set_line_width(f64::from(width));
        }
    }

    fn set_font<T: BackendTextStyle>(&self, style: &T) {
        let font = format!(
            "{} {}px {}",
            style.style().as_str(),
            style.size() as u32,
            style.family().as_str()
        );
        if *self.font.borrow() != font {
            self.ctx.set_font(&font);
            self.font.replace(font);
        }
    }

    fn trace(&self, path: impl IntoIterator<Item = BackendCoord>, shift: f64) {
        self.ctx.begin_path();
        for (i, (x, y)) in path.into_iter().enumerate() {
            let (x, y) = (f64::from(x) + shift, f64::from(y) + shift);
            if i == 0 {
                self.ctx.move_to(x, y);
            } else {
                self.ctx.line_to(x, y);
            }
        }
    }
}

impl DrawingBackend for CanvasBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.set_fill(color);
        self.ctx.fill_rect(f64::from(x), f64::from(y), 1.0, 1.0);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = (f64::from(left), f64::from(top));
        let (w, h) = (f64::from(right - left), f64::from(bottom - top));
        if fill {
            self.set_fill(style.color());
            self.ctx.fill_rect(x, y, w, h);
        } else {
            self.set_stroke(style);
            self.ctx.stroke_rect(x + 0.5, y + 0.5, w, h);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.set_stroke(style);
        // A line of odd width is sharp only when it runs through the middle of its pixels.
        let shift = if style.stroke_width() % 2 == 1 {
            0.5
        } else {
            0.0
        };
        self.trace(path, shift);
        self.ctx.stroke();
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.ctx.begin_path();
        let arc = self.ctx.arc(
            f64::from(x),
            f64::from(y),
            f64::from(radius),
            0.0,
            std::f64::consts::TAU,
        );
        if arc.is_err() {
            return Ok(());
        }
        if fill {
            self.set_fill(style.color());
            self.ctx.fill();
        } else {
            self.set_stroke(style);
            self.ctx.stroke();
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        self.set_fill(style.color());
        self.trace(vert, 0.0);
        self.ctx.fill();
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &T,
        (x, y): BackendCoord,
    ) -> Drawn {
        self.set_font(style);
        self.set_fill(style.color());
        let anchor = style.anchor();
        self.ctx.set_text_align(match anchor.h_pos {
            HPos::Left => "left",
            HPos::Center => "center",
            HPos::Right => "right",
        });
        self.ctx.set_text_baseline(match anchor.v_pos {
            VPos::Top => "top",
            VPos::Center => "middle",
            VPos::Bottom => "bottom",
        });
        let (x, y) = (f64::from(x), f64::from(y));
        let turn = match style.transform() {
            FontTransform::None => 0.0,
            FontTransform::Rotate90 => 0.25,
            FontTransform::Rotate180 => 0.5,
            FontTransform::Rotate270 => 0.75,
        };
        self.ctx.save();
        let _refused = self.ctx.translate(x, y);
        let _refused = self.ctx.rotate(turn * std::f64::consts::TAU);
        let _refused = self.ctx.fill_text(text, 0.0, 0.0);
        self.ctx.restore();
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        self.set_font(style);
        let width = self.ctx.measure_text(text).map_or(0.0, |m| m.width());
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }
}

/// Red, green, blue and opacity in one number, to compare colours.
fn color_key(color: BackendColor) -> u32 {
    let (r, g, b) = color.rgb;
    u32::from_be_bytes([r, g, b, (color.alpha.clamp(0.0, 1.0) * 255.0).round() as u8])
}

fn color_text(key: u32) -> String {
    format!("#{key:08x}")
}
