// Reader and schema are held together: what an editor completes is what the compiler takes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "language/keys.hpp"
#include "language/yaml_document.hpp"
#include "tests/language/fixture.hpp"

using namespace gongkai::language;

namespace {

// JSON is YAML, so the strict reader of the rules reads the schema too.
struct Schema {
    SourceFile file{"schema.json", test::read_text("workflows/schema.json")};
    Reporter reporter;
    Node root;
    const Node* definitions = nullptr;

    Schema() {
        auto tree = parse_yaml(reporter.add(file), reporter);
        INFO(render(reporter.take()));
        REQUIRE(tree.has_value());
        root = std::move(*tree);
        definitions = root.find("$defs");
        REQUIRE(definitions != nullptr);
    }

    const Node& definition(std::string_view name) const {
        const Node* node = definitions->find(name);
        INFO("definition " << name);
        REQUIRE(node != nullptr);
        return *node;
    }
};

std::set<std::string> keys_of(const Node* map) {
    std::set<std::string> out;
    if (map == nullptr) return out;
    for (const Node::Entry& entry : map->entries)
        out.insert(entry.key);
    return out;
}

std::set<std::string> items_of(const Node* list) {
    std::set<std::string> out;
    if (list == nullptr) return out;
    for (const Node& item : list->items)
        out.insert(item.text);
    return out;
}

void each_reference(const Node& node, const std::function<void(const std::string&)>& call) {
    for (const Node& item : node.items)
        each_reference(item, call);
    for (const Node::Entry& entry : node.entries) {
        if (entry.key == "$ref") call(entry.value.text);
        each_reference(entry.value, call);
    }
}

}  // namespace

TEST_CASE("schema: every mapping of the language has the same keys in the reader and the schema") {
    const Schema schema;
    for (const KeyTable* table : key_tables()) {
        INFO(table->name);
        const Node& definition = schema.definition(table->name);
        CHECK(keys_of(definition.find("properties")) ==
              std::set<std::string>(table->keys.begin(), table->keys.end()));
        CHECK(items_of(definition.find("required")) ==
              std::set<std::string>(table->required.begin(), table->required.end()));
        const Node* more = definition.find("additionalProperties");
        REQUIRE(more != nullptr);
        CHECK(more->text == "false");
    }
}

TEST_CASE("schema: it defines no mapping that the reader does not know") {
    const Schema schema;
    std::set<std::string> known;
    for (const KeyTable* table : key_tables())
        known.emplace(table->name);
    for (const Node::Entry& entry : schema.definitions->entries) {
        if (entry.value.find("properties") != nullptr) CHECK(known.contains(entry.key));
    }
}

TEST_CASE("schema: the words that may stand in one place are the same") {
    const Schema schema;
    for (const WordTable* table : word_tables()) {
        INFO(table->name);
        CHECK(items_of(schema.definition(table->name).find("enum")) ==
              std::set<std::string>(table->words.begin(), table->words.end()));
    }
}

TEST_CASE("schema: every reference within it leads to a definition") {
    const Schema schema;
    std::set<std::string> used;
    each_reference(schema.root, [&](const std::string& reference) {
        REQUIRE(reference.starts_with("#/$defs/"));
        used.insert(reference.substr(8));
    });
    const std::set<std::string> defined = keys_of(schema.definitions);
    for (const std::string& name : used)
        CHECK(defined.contains(name));
    // ... and no definition is left over, but the parts of a period, which a pattern spells out.
    for (const std::string& name : defined) {
        if (name != "unit") CHECK(used.contains(name));
    }
}
