use std::collections::{BTreeMap, BTreeSet};

use crate::{submission::ResourceId, words::words};

words! {
    /// What can be booked.
    Kind {
        /// Somewhere to shoot.
        Place = "place",
        /// A thing: a uniform, a vehicle, a lamp.
        Item = "item",
        /// Things that go out together; booked, it holds each of its parts.
        Kit = "kit",
        /// The time of an expert or an operator.
        Person = "person",
    }
}

/// Something that one booking at a time may hold. Ten alike are ten resources of one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its identifier.
    pub id: ResourceId,
    /// What it is.
    pub kind: Kind,
    /// Those of one kind and category stand in for each other.
    pub category: Box<str>,
    /// Of a kit, what is in it; an operator who comes with it too.
    pub parts: Vec<ResourceId>,
}

/// Why resources make no inventory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InventoryError {
    /// Two resources have one identifier.
    #[error("{0} is there twice")]
    Twice(ResourceId),
    /// A kit names a part that is not there.
    #[error("{kit} holds {part}, which is not there")]
    NoPart {
        /// The kit.
        kit: ResourceId,
        /// What it names.
        part: ResourceId,
    },
    /// A kit is, at some depth, in itself.
    #[error("{0} holds itself")]
    InItself(ResourceId),
    /// Something other than a kit has parts.
    #[error("{0} is no kit and has parts")]
    NoKit(ResourceId),
}

/// Everything that can be booked.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    resources: BTreeMap<ResourceId, Resource>,
    /// Each resource with all that a booking of it holds, itself included.
    held: BTreeMap<ResourceId, BTreeSet<ResourceId>>,
}

impl Inventory {
    /// An inventory of these resources.
    ///
    /// # Errors
    /// The first resource that is there twice, or whose parts make no sense.
    pub fn new(resources: impl IntoIterator<Item = Resource>) -> Result<Inventory, InventoryError> {
        let mut inventory = Inventory::default();
        for resource in resources {
            if resource.kind != Kind::Kit && !resource.parts.is_empty() {
                return Err(InventoryError::NoKit(resource.id));
            }
            if let Some(twice) = inventory.resources.insert(resource.id.clone(), resource) {
                return Err(InventoryError::Twice(twice.id));
            }
        }
        for id in inventory.resources.keys() {
            let held = inventory.reach(id)?;
            inventory.held.insert(id.clone(), held);
        }
        Ok(inventory)
    }

    /// Everything under a resource, itself included; no recursion, whatever the depth.
    fn reach(&self, top: &ResourceId) -> Result<BTreeSet<ResourceId>, InventoryError> {
        let mut held = BTreeSet::new();
        let mut open = vec![top];
        while let Some(id) = open.pop() {
            if !held.insert(id.clone()) {
                continue;
            }
            for part in self.resources.get(id).map_or(&[][..], |kit| &kit.parts) {
                if part == top {
                    return Err(InventoryError::InItself(top.clone()));
                }
                if !self.resources.contains_key(part) {
                    return Err(InventoryError::NoPart {
                        kit: id.clone(),
                        part: part.clone(),
                    });
                }
                open.push(part);
            }
        }
        Ok(held)
    }

    /// The resource with this identifier.
    pub fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        self.resources.get(id)
    }

    /// Every resource, by identifier.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    /// All that a booking of these holds, or the first that is not there.
    ///
    /// # Errors
    /// The identifier that no resource has.
    pub fn held_by<'w>(
        &self,
        wanted: impl IntoIterator<Item = &'w ResourceId>,
    ) -> Result<BTreeSet<&ResourceId>, ResourceId> {
        let mut held = BTreeSet::new();
        for id in wanted {
            held.extend(self.held.get(id).ok_or_else(|| id.clone())?);
        }
        Ok(held)
    }

    /// All that a booking of old has to do with: as [`Inventory::held_by`], but what is no longer there stands for
    /// itself. An inventory changes; what was asked for or handed over before stays to be answered and brought back.
    pub fn known_by<'i>(
        &'i self,
        wanted: impl IntoIterator<Item = &'i ResourceId>,
    ) -> BTreeSet<&'i ResourceId> {
        let mut known = BTreeSet::new();
        for id in wanted {
            match self.held.get(id) {
                Some(held) => known.extend(held),
                None => {
                    known.insert(id);
                }
            }
        }
        known
    }

    /// Those that may stand in for a resource: of its kind and category, itself left out.
    pub fn alike<'i>(&'i self, id: &ResourceId) -> impl Iterator<Item = &'i Resource> {
        let wanted = self.resources.get(id);
        self.resources.values().filter(move |resource| {
            wanted.is_some_and(|wanted| {
                resource.id != wanted.id
                    && resource.kind == wanted.kind
                    && resource.category == wanted.category
            })
        })
    }
}
