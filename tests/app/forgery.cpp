#include "tests/app/forgery.hpp"

#include <algorithm>

#include "storage/audit/files.hpp"
#include "storage/audit/hash.hpp"

namespace gongkai::app::testing {

namespace audit = storage::audit;

Forgery::Forgery(Office& office) : key_(audit::SigningKey::generate("office").value()) {
    for (const storage::StoredLeaf& stored : office.all_leaves())
        leaves.push_back(audit::decode_leaf(stored.bytes).value());
    const auto query = [&](storage::Reader& reader) -> Result<void> {
        TRY(const auto sources, reader.sources());
        for (const auto& source : sources)
            (source.kind == "definition" ? definitions : calendars)[audit::to_hex(source.digest)] =
                source.text;
        std::set<engine::DocumentId> documents;
        for (const audit::Leaf& leaf : leaves) {
            if (leaf.document) documents.insert(*leaf.document);
        }
        for (const engine::DocumentId id : documents) {
            TRY(auto more, reader.openings(id));
            openings.insert(openings.end(), more.begin(), more.end());
        }
        return {};
    };
    REQUIRE(office.store->read(query).has_value());
    // An office that never activated a calendar counts on weekends.
    const auto calendar = office.calendars.current();
    calendars[audit::to_hex(calendar->digest)] = calendar->source;
}

namespace {

std::size_t find(const std::vector<audit::Leaf>& leaves, audit::LeafKind kind,
                 const std::string& command, std::size_t n) {
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        const bool meant =
            leaves[i].kind == kind && leaves[i].command.find(command) != std::string::npos;
        if (meant && n-- == 0) return i;
    }
    throw std::runtime_error("no leaf with " + command);
}

}  // namespace

std::size_t Forgery::step(const std::string& command, std::size_t n) const {
    return find(leaves, audit::LeafKind::step, command, n);
}
std::size_t Forgery::refusal(const std::string& command) const {
    return find(leaves, audit::LeafKind::refusal, command, 0);
}
std::size_t Forgery::act(const std::string& command) const {
    return find(leaves, audit::LeafKind::admin, command, 0);
}

void Forgery::drop(std::size_t index) {
    leaves.erase(leaves.begin() + static_cast<std::ptrdiff_t>(index));
}

void Forgery::insert(std::size_t index, audit::Leaf leaf) {
    leaves.insert(leaves.begin() + static_cast<std::ptrdiff_t>(index), std::move(leaf));
}

engine::Digest Forgery::add_definition(const std::string& source) {
    const engine::Digest digest = audit::sha256(source);
    definitions[audit::to_hex(digest)] = source;
    return digest;
}

engine::Digest Forgery::add_calendar(const std::string& source) {
    const engine::Digest digest = audit::sha256(source);
    calendars[audit::to_hex(digest)] = source;
    return digest;
}

// Revisions and previous leaves as they must be.
std::vector<std::string> Forgery::linked() const {
    std::vector<std::string> out;
    std::map<std::uint64_t, std::pair<std::uint64_t, audit::Hash>> last;
    for (audit::Leaf leaf : leaves) {
        if (leaf.document) {
            const auto known = last.find(*leaf.document);
            const bool step = leaf.kind == audit::LeafKind::step;
            leaf.revision = (known == last.end() ? 0 : known->second.first) + (step ? 1 : 0);
            leaf.previous.reset();
            if (known != last.end()) leaf.previous = known->second.second;
        }
        std::string bytes;
        const auto encoded = audit::encode_leaf(leaf, bytes);
        INFO((encoded ? "" : encoded.error().message));
        REQUIRE(encoded.has_value());
        if (leaf.kind == audit::LeafKind::step)
            last[*leaf.document] = {leaf.revision, audit::leaf_hash(bytes)};
        out.push_back(std::move(bytes));
    }
    return out;
}

void Forgery::write(const std::filesystem::path& bundle) const {
    const auto lines = linked();
    audit::Frontier frontier;
    for (const std::string& line : lines)
        frontier.append(line);
    audit::BundleSource source;
    source.leaves = [&](const audit::LeafSink& sink) -> Result<void> {
        std::vector<storage::Opening> rest = openings;
        for (const std::string& line : lines) {
            const auto hashes = audit::hashes_in(line);
            std::vector<audit::Opening> first;
            std::erase_if(rest, [&](const storage::Opening& one) {
                if (!std::binary_search(hashes.begin(), hashes.end(), one.commitment)) return false;
                first.push_back({one.salt, one.text});
                return true;
            });
            TRY_VOID(sink(line, first));
        }
        return {};
    };
    source.checkpoint = audit::sign_checkpoint(frontier.size(), frontier.root(), key_).value();
    source.vkey = key_.verifier().to_string();
    for (const auto& [name, text] : definitions)
        source.definitions.push_back({"rules", text});
    for (const auto& [name, text] : calendars)
        source.calendars.push_back({"txt", text});
    const auto written = audit::write_bundle(bundle, source);
    INFO((written ? "" : written.error().message));
    REQUIRE(written.has_value());
}

AuditReport Forgery::report(const std::filesystem::path& bundle) const {
    AuditOptions options;
    options.key = key_.verifier();
    auto report = verify_record(bundle, options);
    REQUIRE(report.has_value());
    return std::move(*report);
}

Forgery::Found Forgery::found() const {
    const Folder folder;
    write(folder.path() / "bundle");
    audit::VerifyOptions options;
    options.key = key_.verifier();
    const auto alone = audit::verify_bundle(folder.path() / "bundle", options);
    REQUIRE(alone.has_value());
    return {codes(alone->findings), codes(report(folder.path() / "bundle").bundle.findings)};
}

namespace {

// Longer than a server may decide by what it knew before.
void later(Office& office) {
    office.clock.advance_ms(2 * ReplayedDirectory::kGraceMs);
}

}  // namespace

Scene::Scene() {
    // The clerk may also clear what others drafted.
    REQUIRE(std::holds_alternative<Nothing>(office.administration.set_roles_of(
        office.admin("security"), office.id("clerk"),
        {{"clerk", "employment"}, {"secrecy_officer", "employment"}})));
    later(office);
    first = office.draft().id;
    office.act("clerk", first, "submit");
    office.refused("clerk", first, input::Act{"clear", {}, {}, {}, {}});
    office.clock.advance_ms(20 * engine::ms_per_day);
    Scheduler scheduler(*office.store, office.documents, office.flows, office.calendars,
                        office.clock, office.metrics);
    REQUIRE(scheduler.advance(office.clock.now())->ticked == 1);
    done(office.submit("secrecy", first, input::Claim{""}));
    done(office.submit("secrecy", first, input::Reassign{"", office.id("clerk")}));
    done(office.submit("clerk", first, input::Reassign{"", office.id("secrecy")}));
    office.act("secrecy", first, "clear");
    done(office.submit("leader", first, input::Edit{{{"title", std::string("通知")}}, {}}));
    // The signature is void, so it cannot be issued until it is renewed.
    office.refused("leader2", first, input::Act{"issue", {}, {}, {}, {}});
    done(office.submit("secrecy", first, input::Renew{"confidentiality"}));
    office.act("leader2", first, "issue");
    second = office.draft("机密★1年\n内容").id;
    office.act("clerk", second, "seal", "转涉密程序");
    office.refused("clerk", second, input::Act{"submit", {}, {}, {}, {}});
    later(office);
}

void Scene::by_another(audit::Leaf& leaf, const std::string& from, const std::string& to) const {
    leaf.actor = office.id(to);
    const std::string before = std::to_string(office.id(from));
    const std::string after = std::to_string(office.id(to));
    for (const char* name : {"by", "signer", "person"}) {
        const std::string member = std::string("\"") + name + "\":";
        if (leaf.events.find(member + before) != std::string::npos)
            replace_all(leaf.events, member + before, member + after);
    }
}

std::set<std::string> codes(const audit::Findings& findings) {
    std::set<std::string> out;
    for (const audit::Finding& finding : findings.kept())
        out.insert(finding.code + (finding.leaf ? "@" + std::to_string(*finding.leaf) : ""));
    return out;
}

std::string told(const audit::Findings& findings) {
    std::string out;
    for (const audit::Finding& finding : findings.kept())
        out += finding.code + (finding.leaf ? " at leaf " + std::to_string(*finding.leaf) : "") +
               ": " + finding.message + "\n";
    return out;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error(from + " does not stand in " + text);
    for (; at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

}  // namespace gongkai::app::testing
