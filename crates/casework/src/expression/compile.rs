//! From CEL text to a typed tree: every name, field, option id and type is checked here.

use cel::{
    Env as CelEnv,
    common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators},
};

use super::{
    Expression, Named, Refusal,
    evaluate::{Each, Function, Macro, Node, Operation, Relation},
    types::{Fields, Options, Scope, Ty, closest},
};

/// Longer conditions are refused before they are parsed.
const MAX_CHARS: usize = 2_000;
/// Brackets within brackets, and the depth of the tree.
const MAX_DEPTH: usize = 48;

/// Compiles a condition: it must be of type bool.
pub(crate) fn compile(source: &str, scope: &Scope) -> Result<Expression, Refusal> {
    let (expression, ty) = compile_value(source, scope)?;
    if !matches!(ty, Ty::Bool) {
        return Err(Refusal {
            offset: 0,
            what: format!("the condition is of type {ty}, not bool"),
            mend: "compare it with something, or use answered(…)".to_owned(),
        });
    }
    Ok(expression)
}

/// Compiles an expression of any type, and gives its type.
pub(crate) fn compile_value(source: &str, scope: &Scope) -> Result<(Expression, Ty), Refusal> {
    check_size(source)?;
    // Without macros, `all` and the like stay calls: simpler to type than their expansion.
    let (tree, info) = CelEnv::default()
        .parser()
        .parse_with_source_info(source)
        .map_err(|errors| syntax(source, &errors))?;
    let mut compiler = Compiler {
        source,
        info: &info,
        scope,
        locals: Vec::new(),
        names: Vec::new(),
        depth: 0,
    };
    let (node, ty) = compiler.node(&tree)?;
    let mut names = compiler.names;
    names.sort_by_key(|named| named.offset);
    let expression = Expression {
        source: source.into(),
        node,
        names,
    };
    Ok((expression, ty))
}

fn check_size(source: &str) -> Result<(), Refusal> {
    let refuse = |offset, what: &str, mend: &str| {
        Err(Refusal {
            offset,
            what: what.to_owned(),
            mend: mend.to_owned(),
        })
    };
    if source.trim().is_empty() {
        return refuse(
            0,
            "the condition is empty",
            "write a condition or leave the key out",
        );
    }
    if source.chars().count() > MAX_CHARS {
        return refuse(
            0,
            "the condition has more than 2,000 characters",
            "split it, or say it in several rules",
        );
    }
    let mut depth = 0_usize;
    for (offset, byte) in source.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return refuse(
                offset,
                "too many brackets within brackets",
                "flatten the condition",
            );
        }
    }
    Ok(())
}

/// The parser's first error. Its column counts characters of a line.
fn syntax(source: &str, errors: &cel::ParseErrors) -> Refusal {
    let (line, column, said) = errors.errors.first().map_or((1, 1, ""), |error| {
        let said = error
            .msg
            .strip_prefix("Syntax error: ")
            .unwrap_or(&error.msg);
        // What could stand there instead is a list of every sign of the grammar.
        let said = said.split(" expecting").next().unwrap_or(said);
        (error.pos.0, error.pos.1, said)
    });
    let line = usize::try_from(line).unwrap_or(1).max(1);
    let column = usize::try_from(column).unwrap_or(1).max(1);
    let start: usize = source
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let within = source[start..]
        .char_indices()
        .nth(column - 1)
        .map_or(source.len() - start, |(offset, _)| offset);
    Refusal {
        offset: start + within,
        what: format!(
            "not a CEL expression: {}",
            short(said).replace("'<EOF>'", "at the end")
        ),
        mend: "see the examples in docs/formats/desk-1.md".to_owned(),
    }
}

fn short(said: &str) -> String {
    let line = said.lines().next().unwrap_or_default();
    let mut kept: String = line.chars().take(120).collect();
    if kept.len() < line.len() {
        kept.push('…');
    }
    kept
}

struct Compiler<'s> {
    source: &'s str,
    info: &'s SourceInfo,
    scope: &'s Scope,
    locals: Vec<(String, Ty)>,
    names: Vec<Named>,
    depth: usize,
}

type Typed = Result<(Node, Ty), Refusal>;

impl Compiler<'_> {
    fn node(&mut self, tree: &IdedExpr) -> Typed {
        self.depth += 1;
        if self.depth > 2 * MAX_DEPTH {
            return self.refuse(tree, "the condition is too deep", "flatten it");
        }
        let typed = self.undepthed(tree);
        self.depth -= 1;
        typed
    }

    fn undepthed(&mut self, tree: &IdedExpr) -> Typed {
        match &tree.expr {
            Expr::Literal(literal) => self.literal(tree, literal),
            Expr::Ident(name) => self.variable(tree, name),
            Expr::Select(select) => self.field(tree, &select.operand, &select.field),
            Expr::List(list) => {
                let mut nodes = Vec::with_capacity(list.elements.len());
                let mut of = Ty::Null;
                for element in &list.elements {
                    let (node, ty) = self.node(element)?;
                    if !of.fits(&ty) {
                        return self.refuse(
                            element,
                            format!("the list mixes {of} and {ty}"),
                            "keep one type in a list",
                        );
                    }
                    if of == Ty::Null {
                        of = ty;
                    }
                    nodes.push(node);
                }
                Ok((Node::List(nodes), Ty::list(of)))
            }
            Expr::Call(call) => self.call(tree, call),
            Expr::Map(_) | Expr::Struct(_) => self.refuse(
                tree,
                "maps and messages cannot be written in a condition",
                "compare the fields one by one",
            ),
            Expr::Comprehension(_) | Expr::Unspecified => {
                self.refuse(tree, "not understood", "see docs/formats/desk-1.md")
            }
        }
    }

    fn literal(&mut self, tree: &IdedExpr, literal: &LiteralValue) -> Typed {
        Ok(match literal {
            LiteralValue::Boolean(value) => (Node::Bool(*value.inner()), Ty::Bool),
            LiteralValue::Int(value) => (Node::Int(*value.inner()), Ty::Int),
            LiteralValue::Double(value) => (Node::Double(*value.inner()), Ty::Double),
            LiteralValue::String(value) => (Node::Str(value.inner().into()), Ty::STRING),
            LiteralValue::Null => (Node::Null, Ty::Null),
            LiteralValue::UInt(_) | LiteralValue::Bytes(_) => {
                return self.refuse(
                    tree,
                    "unsigned numbers and bytes are not used here",
                    "write a plain number or string",
                );
            }
        })
    }

    fn variable(&mut self, tree: &IdedExpr, name: &str) -> Typed {
        if let Some(slot) = self.locals.iter().rposition(|(local, _)| local == name) {
            return Ok((Node::Local(slot), self.locals[slot].1.clone()));
        }
        let Some(ty) = self.scope.variable(name) else {
            let mend = match (name, self.scope.closest(name)) {
                ("item", _) => "`item` exists only in a question inside a repetition".to_owned(),
                ("priority" | "urgent" | "matter", _) => {
                    "it exists in routing.toml only".to_owned()
                }
                (_, Some(known)) => format!("did you mean `{known}`?"),
                (_, None) => "name a question of this desk".to_owned(),
            };
            return self.refuse(
                tree,
                format!("no question is called `{}`", short(name)),
                mend,
            );
        };
        let node = match name {
            "track" => Node::Track,
            "now" => Node::Now,
            "item" => Node::Item,
            "priority" if self.scope.derived => Node::Priority,
            "urgent" if self.scope.derived => Node::Urgent,
            "matter" if self.scope.matter.is_some() => Node::Matter,
            _ => {
                self.names.push(Named {
                    of_item: false,
                    id: name.into(),
                    offset: self.offset(tree),
                });
                Node::Answer(name.into(), ty.clone())
            }
        };
        Ok((node, ty))
    }

    fn field(&mut self, tree: &IdedExpr, of: &IdedExpr, name: &str) -> Typed {
        let (node, ty) = self.node(of)?;
        let fields = match &ty {
            Ty::Map(fields) => fields,
            Ty::List(_) => {
                return self.refuse(
                    tree,
                    format!("`.{}` asks a field of a list", short(name)),
                    "use exists, all, map or filter to look at its entries",
                );
            }
            ty => {
                return self.refuse(
                    tree,
                    format!("a {ty} has no field `{}`", short(name)),
                    "name the question alone",
                );
            }
        };
        let Some(ty) = fields.fields.get(name) else {
            return self.refuse(
                tree,
                format!("{} has no field `{}`", fields.what, short(name)),
                field_mend(fields, name),
            );
        };
        if matches!(node, Node::Item) {
            self.names.push(Named {
                of_item: true,
                id: name.into(),
                offset: self.offset(of),
            });
        }
        Ok((
            Node::Field(Box::new(node), name.into(), ty.clone()),
            ty.clone(),
        ))
    }

    fn call(&mut self, tree: &IdedExpr, call: &CallExpr) -> Typed {
        let name = call.func_name.as_str();
        if let Some(target) = &call.target {
            return self.method(tree, name, target, &call.args);
        }
        match (name, call.args.as_slice()) {
            (operators::LOGICAL_NOT, [of]) => {
                Ok((Node::Not(Box::new(self.boolean(of)?)), Ty::Bool))
            }
            (operators::LOGICAL_AND, [a, b]) => {
                let (a, b) = (self.boolean(a)?, self.boolean(b)?);
                Ok((Node::And(Box::new(a), Box::new(b)), Ty::Bool))
            }
            (operators::LOGICAL_OR, [a, b]) => {
                let (a, b) = (self.boolean(a)?, self.boolean(b)?);
                Ok((Node::Or(Box::new(a), Box::new(b)), Ty::Bool))
            }
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let condition = self.boolean(condition)?;
                let (yes, ty) = self.node(yes)?;
                let (otherwise, other) = self.node(no)?;
                if !ty.fits(&other) {
                    return self.refuse(
                        no,
                        format!("one branch is {ty}, the other {other}"),
                        "give both branches the same type",
                    );
                }
                let ty = if ty == Ty::Null { other } else { ty };
                Ok((Node::Choose(Box::new([condition, yes, otherwise])), ty))
            }
            (operators::NEGATE, [of]) => {
                let (node, ty) = self.node(of)?;
                if !ty.is_number() {
                    return self.refuse(of, format!("`-` before a {ty}"), "use it with a number");
                }
                Ok((Node::Negate(Box::new(node)), ty))
            }
            (operators::EQUALS, [a, b]) => self.equality(tree, a, b, false),
            (operators::NOT_EQUALS, [a, b]) => self.equality(tree, a, b, true),
            (operators::LESS, [a, b]) => self.relation(tree, Relation::Less, a, b),
            (operators::LESS_EQUALS, [a, b]) => self.relation(tree, Relation::LessEqual, a, b),
            (operators::GREATER, [a, b]) => self.relation(tree, Relation::Greater, a, b),
            (operators::GREATER_EQUALS, [a, b]) => {
                self.relation(tree, Relation::GreaterEqual, a, b)
            }
            (operators::ADD, [a, b]) => self.arithmetic(tree, Operation::Add, a, b),
            (operators::SUBSTRACT, [a, b]) => self.arithmetic(tree, Operation::Subtract, a, b),
            (operators::MULTIPLY, [a, b]) => self.arithmetic(tree, Operation::Multiply, a, b),
            (operators::DIVIDE, [a, b]) => self.arithmetic(tree, Operation::Divide, a, b),
            (operators::MODULO, [a, b]) => self.arithmetic(tree, Operation::Remainder, a, b),
            (operators::IN, [needle, list]) => self.membership(tree, needle, list),
            (operators::INDEX, [list, index]) => self.index(tree, list, index),
            (operators::HAS, [of]) => {
                if !matches!(of.expr, Expr::Select(_)) {
                    return self.refuse(
                        tree,
                        "has() takes a field, as in has(item.iban)",
                        "use answered(…)",
                    );
                }
                let (node, _) = self.node(of)?;
                Ok((Node::Not(Box::new(Node::IsNull(Box::new(node)))), Ty::Bool))
            }
            ("timestamp", [of]) => self.timestamp(of),
            (name, arguments) => self.function(tree, name, arguments),
        }
    }

    fn boolean(&mut self, tree: &IdedExpr) -> Result<Node, Refusal> {
        let (node, ty) = self.node(tree)?;
        if ty == Ty::Bool {
            Ok(node)
        } else {
            self.refuse(
                tree,
                format!("a condition is expected here, this is of type {ty}"),
                "compare it with something, or use answered(…)",
            )
        }
    }

    fn equality(&mut self, tree: &IdedExpr, a: &IdedExpr, b: &IdedExpr, negated: bool) -> Typed {
        let (left, left_ty) = self.node(a)?;
        let (right, right_ty) = self.node(b)?;
        let node = match (&left_ty, &right_ty) {
            (_, Ty::Null) => Node::IsNull(Box::new(left)),
            (Ty::Null, _) => Node::IsNull(Box::new(right)),
            (x, y) if x.fits(y) || (x.is_number() && y.is_number()) => {
                self.known_option(&left_ty, b)?;
                self.known_option(&right_ty, a)?;
                Node::Equal(Box::new(left), Box::new(right))
            }
            (x, y) => return self.mismatch(tree, "compares", x, y),
        };
        let node = if negated {
            Node::Not(Box::new(node))
        } else {
            node
        };
        Ok((node, Ty::Bool))
    }

    fn relation(
        &mut self,
        tree: &IdedExpr,
        relation: Relation,
        a: &IdedExpr,
        b: &IdedExpr,
    ) -> Typed {
        let (left, left_ty) = self.node(a)?;
        let (right, right_ty) = self.node(b)?;
        let comparable = match (&left_ty, &right_ty) {
            (x, y) if x.is_number() && y.is_number() => true,
            (Ty::Time, Ty::Time) | (Ty::Str(None), Ty::Str(None)) => true,
            _ => false,
        };
        if !comparable {
            return self.mismatch(tree, "orders", &left_ty, &right_ty);
        }
        Ok((
            Node::Compare(relation, Box::new(left), Box::new(right)),
            Ty::Bool,
        ))
    }

    fn arithmetic(
        &mut self,
        tree: &IdedExpr,
        operation: Operation,
        a: &IdedExpr,
        b: &IdedExpr,
    ) -> Typed {
        let (left, left_ty) = self.node(a)?;
        let (right, right_ty) = self.node(b)?;
        let ty = match (&left_ty, &right_ty) {
            (Ty::Int, Ty::Int) => Ty::Int,
            (Ty::Double, Ty::Double) if operation != Operation::Remainder => Ty::Double,
            (Ty::Int, Ty::Double) | (Ty::Double, Ty::Int) => {
                return self.refuse(
                    tree,
                    "mixes a whole number and a decimal one",
                    "write 2.0 instead of 2",
                );
            }
            (Ty::Str(_), Ty::Str(_)) if operation == Operation::Add => Ty::STRING,
            (Ty::List(x), Ty::List(y)) if operation == Operation::Add && x.fits(y) => {
                if **x == Ty::Null {
                    right_ty.clone()
                } else {
                    left_ty.clone()
                }
            }
            (Ty::Time, Ty::Time) => {
                return self.refuse(
                    tree,
                    "timestamps are not subtracted",
                    "use days_since(date) or age(date)",
                );
            }
            (x, y) => return self.mismatch(tree, "calculates with", x, y),
        };
        Ok((
            Node::Arithmetic(operation, Box::new(left), Box::new(right)),
            ty,
        ))
    }

    fn membership(&mut self, tree: &IdedExpr, needle: &IdedExpr, list: &IdedExpr) -> Typed {
        let (left, left_ty) = self.node(needle)?;
        let (right, right_ty) = self.node(list)?;
        let Ty::List(of) = &right_ty else {
            return self.refuse(
                tree,
                format!("`in` needs a list on its right, this is {right_ty}"),
                "write x in [\"a\", \"b\"] or \"a\" in several_choices",
            );
        };
        let comparable = left_ty.fits(of) || (left_ty.is_number() && of.is_number());
        if !comparable {
            return self.mismatch(tree, "looks for", &left_ty, of);
        }
        self.known_option(of, needle)?;
        if let Expr::List(literal) = &list.expr {
            for element in &literal.elements {
                self.known_option(&left_ty, element)?;
            }
        }
        Ok((Node::In(Box::new(left), Box::new(right)), Ty::Bool))
    }

    fn index(&mut self, tree: &IdedExpr, list: &IdedExpr, index: &IdedExpr) -> Typed {
        let (left, left_ty) = self.node(list)?;
        if let (Ty::Map(_), Expr::Literal(LiteralValue::String(name))) = (&left_ty, &index.expr) {
            return self.field(tree, list, name.inner());
        }
        let (right, right_ty) = self.node(index)?;
        match (left_ty, right_ty) {
            (Ty::List(of), Ty::Int) => {
                Ok((Node::Index(Box::new(left), Box::new(right)), (*of).clone()))
            }
            (x, y) => self.refuse(
                tree,
                format!("{x} cannot be indexed by {y}"),
                "index a list with a number from 0",
            ),
        }
    }

    fn timestamp(&mut self, of: &IdedExpr) -> Typed {
        if let Expr::Literal(LiteralValue::String(text)) = &of.expr
            && let Ok(at) = text.inner().parse::<jiff::Timestamp>()
        {
            return Ok((Node::Time(at.as_microsecond()), Ty::Time));
        }
        self.refuse(
            of,
            "timestamp() takes a written time",
            "write timestamp(\"2026-01-31T00:00:00Z\")",
        )
    }

    fn method(
        &mut self,
        tree: &IdedExpr,
        name: &str,
        target: &IdedExpr,
        arguments: &[IdedExpr],
    ) -> Typed {
        let which = match (name, arguments.len()) {
            ("all", 2) => Some(Macro::All),
            ("exists", 2) => Some(Macro::Exists),
            ("exists_one" | "existsOne", 2) => Some(Macro::ExistsOne),
            ("filter", 2) => Some(Macro::Filter),
            ("map", 2 | 3) => Some(Macro::Map),
            _ => None,
        };
        if let Some(which) = which {
            return self.each(tree, which, target, arguments);
        }
        if matches!(name, "contains" | "startsWith" | "endsWith" | "size") {
            let mut all = vec![target.clone()];
            all.extend_from_slice(arguments);
            return self.function(tree, name, &all);
        }
        self.refuse(
            tree,
            format!("no method is called `{}`", short(name)),
            "there are all, exists, exists_one, filter, map, size, contains, startsWith, endsWith",
        )
    }

    fn each(
        &mut self,
        tree: &IdedExpr,
        which: Macro,
        target: &IdedExpr,
        arguments: &[IdedExpr],
    ) -> Typed {
        let (list, ty) = self.node(target)?;
        let Ty::List(of) = ty else {
            return self.refuse(
                target,
                format!("needs a list, this is {ty}"),
                "name a repetition, several choices or evidence",
            );
        };
        let Expr::Ident(local) = &arguments[0].expr else {
            return self.refuse(
                &arguments[0],
                "the first argument names the entry",
                "write payments.exists(p, p.amount.minor > 0)",
            );
        };
        if self.scope.variable(local).is_some() {
            return self.refuse(
                &arguments[0],
                format!("`{}` is already the name of something", short(local)),
                "name the entry otherwise",
            );
        }
        // Three loops within each other over 1,000 entries would take a second.
        if self.locals.len() >= 2 {
            return self.refuse(
                tree,
                "more than two loops within each other",
                "flatten the condition",
            );
        }
        self.locals.push((local.clone(), (*of).clone()));
        let keep = match arguments {
            [_, keep, _] => Some(self.boolean(keep)),
            _ => None,
        };
        let last = arguments
            .last()
            .expect("a macro has two or three arguments");
        let body = match which {
            Macro::Map => self.node(last),
            _ => self.boolean(last).map(|node| (node, Ty::Bool)),
        };
        self.locals.pop();
        let (body, body_ty) = body?;
        let ty = match which {
            Macro::Map => Ty::list(body_ty),
            Macro::Filter => Ty::List(of),
            _ => Ty::Bool,
        };
        let each = Each {
            list,
            keep: keep.transpose()?,
            body,
        };
        Ok((Node::Each(which, Box::new(each)), ty))
    }

    fn function(&mut self, tree: &IdedExpr, name: &str, arguments: &[IdedExpr]) -> Typed {
        let mut nodes = Vec::with_capacity(arguments.len());
        let mut types = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let (node, ty) = self.node(argument)?;
            nodes.push(node);
            types.push(ty);
        }
        let (function, ty, usage) = match (name, types.as_slice()) {
            ("answered", [_]) => (Function::Answered, Ty::Bool, ""),
            ("age", [Ty::Time]) => (Function::Age, Ty::Int, ""),
            ("days_since", [Ty::Time]) => (Function::DaysSince, Ty::Int, ""),
            ("total", [Ty::List(of), Ty::Str(_)]) if matches!(&**of, Ty::Map(fields) if &*fields.what == "money") => {
                (Function::Total, Ty::Int, "")
            }
            ("normalise", [Ty::Str(_)]) => (Function::Normalise, Ty::STRING, ""),
            ("size", [Ty::Str(_) | Ty::List(_) | Ty::Map(_)]) => (Function::Size, Ty::Int, ""),
            ("contains", [Ty::Str(_), Ty::Str(_)]) => (Function::Contains, Ty::Bool, ""),
            ("startsWith", [Ty::Str(_), Ty::Str(_)]) => (Function::StartsWith, Ty::Bool, ""),
            ("endsWith", [Ty::Str(_), Ty::Str(_)]) => (Function::EndsWith, Ty::Bool, ""),
            ("answered", _) => (Function::Answered, Ty::Null, "write answered(question)"),
            ("age", _) => (
                Function::Age,
                Ty::Null,
                "write age(date), as in age(me.birth_date)",
            ),
            ("days_since", _) => (Function::DaysSince, Ty::Null, "write days_since(date)"),
            ("total", _) => (
                Function::Total,
                Ty::Null,
                "write total(payments.map(p, p.amount), \"EUR\")",
            ),
            ("normalise", _) => (Function::Normalise, Ty::Null, "write normalise(text)"),
            ("size", _) => (Function::Size, Ty::Null, "give size a text or a list"),
            ("contains" | "startsWith" | "endsWith", _) => (
                Function::Contains,
                Ty::Null,
                "write text.contains(\"part\"), also startsWith and endsWith",
            ),
            _ => {
                return self.refuse(
                    tree,
                    format!("no function is called `{}`", short(name)),
                    "there are answered, age, days_since, total, normalise, size, timestamp, has",
                );
            }
        };
        if ty == Ty::Null {
            let given: Vec<String> = types.iter().map(Ty::to_string).collect();
            return self.refuse(
                tree,
                format!("{name}() cannot take ({})", given.join(", ")),
                usage,
            );
        }
        Ok((Node::Call(function, nodes), ty))
    }

    /// Refuses a literal that is none of the ids that the other side may hold.
    fn known_option(&self, ty: &Ty, tree: &IdedExpr) -> Result<(), Refusal> {
        let (Ty::Str(Some(options)), Expr::Literal(LiteralValue::String(text))) = (ty, &tree.expr)
        else {
            return Ok(());
        };
        let id = text.inner();
        if options.ids.iter().any(|known| **known == *id) {
            return Ok(());
        }
        self.refuse(
            tree,
            format!("`{}` has no option \"{}\"", options.of, short(id)),
            option_mend(options, id),
        )
    }

    fn mismatch<T>(&self, tree: &IdedExpr, verb: &str, a: &Ty, b: &Ty) -> Result<T, Refusal> {
        let money = |ty: &Ty| matches!(ty, Ty::Map(fields) if &*fields.what == "money");
        let mend = if money(a) || money(b) {
            "use .minor, a whole number of cents, or .currency"
        } else if matches!(a, Ty::Map(_)) || matches!(b, Ty::Map(_)) {
            "name one of its fields"
        } else if matches!(a, Ty::List(_)) || matches!(b, Ty::List(_)) {
            "use size(…), in, or exists"
        } else if matches!((a, b), (Ty::Time, _) | (_, Ty::Time)) {
            "write timestamp(\"2026-01-31T00:00:00Z\") or use days_since(…)"
        } else {
            "compare values of the same type"
        };
        self.refuse(tree, format!("{verb} {a} and {b}"), mend)
    }

    fn refuse<T>(
        &self,
        tree: &IdedExpr,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Result<T, Refusal> {
        Err(Refusal {
            offset: self.offset(tree),
            what: what.into(),
            mend: mend.into(),
        })
    }

    /// Byte offset of a node: for an operator or a field its sign, for a call its bracket.
    fn offset(&self, tree: &IdedExpr) -> usize {
        let start = self.info.offset_for(tree.id).map_or(0, |(start, _)| start);
        let mut start = (start as usize).min(self.source.len());
        while !self.source.is_char_boundary(start) {
            start -= 1;
        }
        start
    }
}

fn field_mend(fields: &Fields, name: &str) -> String {
    match closest(name, fields.fields.keys().map(|name| &**name)) {
        Some(known) => format!("did you mean `{known}`?"),
        None => {
            let known: Vec<&str> = fields.fields.keys().map(|name| &**name).collect();
            format!("it has {}", known.join(", "))
        }
    }
}

fn option_mend(options: &Options, id: &str) -> String {
    match closest(id, options.ids.iter().map(|id| &**id)) {
        Some(known) => format!("did you mean \"{known}\"?"),
        None => format!("one of {}", options.ids.join(", ")),
    }
}
