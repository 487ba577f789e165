//! Pages made of parts: facts, tables, lists, forms. One template draws them all, so that each part is labelled,
//! captioned and usable by keyboard in one place.

use crate::page::Page;

/// What stands on a page under its title.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) title: String,
    /// Where one came from: address and text.
    pub(crate) crumb: Option<(String, String)>,
    /// Why what was asked was not done.
    pub(crate) errors: Vec<String>,
    pub(crate) sections: Vec<Section>,
}

/// A part of a page with its heading.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
pub(crate) enum Block {
    Text(String),
    Help(String),
    Notice(String),
    Heading(String),
    Facts(Vec<(String, Cell)>),
    List(Vec<Cell>),
    Table(Table),
    Form(Form),
    /// A drawing, beside a table that says the same.
    Map(Map),
}

/// A text, perhaps with a way further and a mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) href: String,
    pub(crate) tag: String,
    pub(crate) number: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) head: Vec<String>,
    /// The first cell of a row is its heading.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// What stands there when there is no row.
    pub(crate) none: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// Where it is sent.
    pub(crate) action: String,
    /// A search: its fields stand in the address.
    pub(crate) get: bool,
    pub(crate) button: String,
    pub(crate) hidden: Vec<(String, String)>,
    pub(crate) fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Unique on the page.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) help: String,
    pub(crate) value: String,
    pub(crate) required: bool,
    pub(crate) kind: FieldKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// An input of this type.
    Input(&'static str),
    Long,
    /// Value and text of each option.
    Choice(Vec<(String, String)>),
    /// Value, text, and whether it is ticked.
    Ticks(Vec<(String, String, bool)>),
}

/// Points on a plane, drawn with their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    pub(crate) label: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Points of the outline, as SVG wants them.
    pub(crate) outline: String,
    pub(crate) points: Vec<Point>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) x: String,
    pub(crate) y: String,
    /// Its number in the table.
    pub(crate) number: String,
}

impl Sheet {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Under a page it belongs to.
    pub(crate) fn under(mut self, href: impl Into<String>, text: impl Into<String>) -> Self {
        self.crumb = Some((href.into(), text.into()));
        self
    }

    pub(crate) fn section(&mut self, id: &str, title: String, blocks: Vec<Block>) {
        if !blocks.is_empty() {
            self.sections.push(Section {
                id: id.to_owned(),
                title,
                blocks,
            });
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Cell {
    pub(crate) fn link(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
            ..Self::default()
        }
    }

    pub(crate) fn tag(tag: impl Into<String>) -> Self {
        Self {
            tag: tag.into(),
            ..Self::default()
        }
    }

    pub(crate) fn number(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            number: true,
            ..Self::default()
        }
    }

    /// With a mark after it; none where the mark is empty.
    pub(crate) fn tagged(mut self, tag: impl Into<String>) -> Self {
        self.tag = tag.into();
        self
    }
}

impl Table {
    pub(crate) fn new(caption: impl Into<String>, head: Vec<String>) -> Self {
        Self {
            caption: caption.into(),
            head,
            ..Self::default()
        }
    }

    /// Whether a column holds numbers: its heading stands over them, to the right.
    pub(crate) fn counts(&self, column: &usize) -> bool {
        let first = self.rows.first().and_then(|row| row.get(*column));
        first.is_some_and(|cell| cell.number)
    }
}

impl Form {
    /// A form that acts.
    pub(crate) fn new(page: &Page, action: impl Into<String>, button: impl Into<String>) -> Self {
        let mut form = Self {
            action: action.into(),
            button: button.into(),
            ..Self::default()
        };
        if !page.csrf.is_empty() {
            form.hidden.push(("csrf".to_owned(), page.csrf.clone()));
        }
        form
    }

    /// A form that searches.
    pub(crate) fn search(action: impl Into<String>, button: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            button: button.into(),
            get: true,
            ..Self::default()
        }
    }

    pub(crate) fn hide(mut self, name: &str, value: impl Into<String>) -> Self {
        self.hidden.push((name.to_owned(), value.into()));
        self
    }

    /// Whether files go with it.
    pub(crate) fn has_files(&self) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|field| field.input() == "file")
    }

    pub(crate) fn with(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }
}

impl Field {
    /// A field; `id` is the form's, a hyphen and the name.
    pub(crate) fn new(form: &str, name: &str, label: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            id: format!("{form}-{name}"),
            name: name.to_owned(),
            label: label.into(),
            help: String::new(),
            value: String::new(),
            required: false,
            kind,
        }
    }

    pub(crate) fn line(form: &str, name: &str, label: impl Into<String>) -> Self {
        Self::new(form, name, label, FieldKind::Input("text"))
    }

    pub(crate) fn long(form: &str, name: &str, label: impl Into<String>) -> Self {
        Self::new(form, name, label, FieldKind::Long)
    }

    pub(crate) fn day(form: &str, name: &str, label: impl Into<String>) -> Self {
        Self::new(form, name, label, FieldKind::Input("date"))
    }

    pub(crate) fn moment(form: &str, name: &str, label: impl Into<String>) -> Self {
        Self::new(form, name, label, FieldKind::Input("datetime-local"))
    }

    pub(crate) fn count(form: &str, name: &str, label: impl Into<String>) -> Self {
        Self::new(form, name, label, FieldKind::Input("number"))
    }

    pub(crate) fn choice(
        form: &str,
        name: &str,
        label: impl Into<String>,
        options: Vec<(String, String)>,
    ) -> Self {
        Self::new(form, name, label, FieldKind::Choice(options))
    }

    pub(crate) fn ticks(
        form: &str,
        name: &str,
        label: impl Into<String>,
        options: Vec<(String, String, bool)>,
    ) -> Self {
        Self::new(form, name, label, FieldKind::Ticks(options))
    }

    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The type of an input; empty for the other kinds.
    pub(crate) fn input(&self) -> &'static str {
        match self.kind {
            FieldKind::Input(kind) => kind,
            _ => "",
        }
    }

    pub(crate) fn options(&self) -> &[(String, String)] {
        match &self.kind {
            FieldKind::Choice(options) => options,
            _ => &[],
        }
    }

    pub(crate) fn ticked(&self) -> &[(String, String, bool)] {
        match &self.kind {
            FieldKind::Ticks(options) => options,
            _ => &[],
        }
    }

    pub(crate) fn is_long(&self) -> bool {
        self.kind == FieldKind::Long
    }
}
