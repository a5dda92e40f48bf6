use std::collections::BTreeMap;

use foundry_compilers::artifacts::ast::{Ast, Node, NodeType};

/// The names of all immutables, by the AST ids that solc gives them in this compilation.
pub(crate) fn names<'a>(asts: impl Iterator<Item = &'a Ast>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for ast in asts {
        for node in &ast.nodes {
            collect(node, &mut names);
        }
    }
    names
}

fn collect(node: &Node, names: &mut BTreeMap<String, String>) {
    let text = |key: &str| node.other.get(key).and_then(|value| value.as_str());
    if node.node_type == NodeType::VariableDeclaration
        && text("mutability") == Some("immutable")
        && let (Some(id), Some(name)) = (node.id, text("name"))
    {
        names.insert(id.to_string(), name.to_owned());
    }
    for child in &node.nodes {
        collect(child, names);
    }
}
