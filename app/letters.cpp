#include "app/letters.hpp"

#include <algorithm>

#include "engine/guard.hpp"
#include "engine/time.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;
using language::Letter;
using language::LetterBlock;
using language::LetterLine;
using language::LetterPiece;

namespace {

// One letter about one document. Notes what is lacking on its way; the page counts only where that
// is nothing.
class Writer {
  public:
    Writer(const Letter& letter, const DocumentView& view, const DirectorySnapshot& directory,
           Instant now)
        : letter_(letter),
          view_(view),
          definition_(view.flow->definition),
          directory_(directory),
          today_(engine::date_in_china(now)) {}

    LetterView look() {
        LetterView out;
        out.name = letter_.name;
        out.title = letter_.title;
        out.basis = letter_.basis;
        out.applies = !view_.document.purged && holds(letter_.when);
        out.draft = draft();
        (void)page();
        out.lacking = std::move(lacking_);
        return out;
    }

    Page page() {
        lacking_.clear();
        Page page;
        page.title = letter_.title;
        page.author = letter_.signed_by;
        const auto add = [&](std::string text, Paragraph::Kind kind, Align align,
                             bool bold = false) {
            page.blocks.push_back(Paragraph{std::move(text), kind, align, bold});
        };
        if (draft()) add("草稿（未经签发，不得发出）", Paragraph::Kind::plain, Align::center, true);
        add(letter_.signed_by + "\n" + letter_.title, Paragraph::Kind::title, Align::justify);
        if (!letter_.number.empty())
            add(words(letter_.number), Paragraph::Kind::plain, Align::center);
        add(words(letter_.to) + "：", Paragraph::Kind::plain, Align::left);
        for (const LetterBlock& block : letter_.text)
            write(block, page);
        add(letter_.signed_by, Paragraph::Kind::plain, Align::right);
        add(letter_.date == engine::kNone ? date_in_words(today_) : field(letter_.date),
            Paragraph::Kind::plain, Align::right);
        return page;
    }

  private:
    bool holds(const engine::Guard& guard) const {
        // No letter can ask for a deadline: at which moment does not matter.
        return engine::holds(guard, definition_, view_.document, nullptr, engine::Instant{});
    }
    bool draft() const {
        return letter_.sign != engine::kNone &&
               view_.document.live_signature(letter_.sign) == nullptr;
    }

    void write(const LetterBlock& block, Page& page) {
        if (!holds(block.when)) return;
        if (block.table != engine::kNone) {
            if (auto made = table(block.table)) page.blocks.push_back(std::move(*made));
            return;
        }
        for (const auto& [guard, line] : block.choices) {
            if (!holds(guard)) continue;
            // Every line of a longer text is a paragraph of its own, and indented.
            const std::string text = words(line);
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t end = std::min(text.find('\n', at), text.size());
                std::string one = text.substr(at, end - at);
                if (one.find_first_not_of(" \r\t") != std::string::npos)
                    page.blocks.push_back(
                        Paragraph{std::move(one), Paragraph::Kind::body, Align::justify});
                at = end + 1;
            }
            return;
        }
    }

    std::string words(const LetterLine& line) {
        std::string out;
        for (const LetterPiece& piece : line) {
            switch (piece.kind) {
                case LetterPiece::Kind::words:
                    // What people wrote often ends with a full stop of its own.
                    if (out.ends_with("。") &&
                        (piece.words.starts_with("。") || piece.words.starts_with("，")))
                        out.resize(out.size() - std::string_view("。").size());
                    out += piece.words;
                    break;
                case LetterPiece::Kind::bureau:
                    out += piece.words;
                    break;
                case LetterPiece::Kind::field:
                    out += field(piece.field);
                    break;
                case LetterPiece::Kind::today:
                    out += date_in_words(today_);
                    break;
                case LetterPiece::Kind::department:
                    out += department();
                    break;
                case LetterPiece::Kind::due:
                    out += due(piece.timer);
                    break;
            }
        }
        return out;
    }

    void lack(std::string name, const std::string& title) {
        const bool told = std::any_of(lacking_.begin(), lacking_.end(),
                                      [&](const auto& other) { return other.name == name; });
        if (!told) lacking_.push_back({std::move(name), title});
    }

    const PlainValue* value(engine::FieldId id) {
        for (const FieldView& one : view_.fields) {
            if (one.field == id && !std::holds_alternative<std::monostate>(one.value))
                return &one.value;
        }
        lack(definition_.fields[id].name, definition_.fields[id].title);
        return nullptr;
    }

    std::string field(engine::FieldId id) {
        const PlainValue* plain = value(id);
        if (plain == nullptr) return {};
        const engine::Field& field = definition_.fields[id];
        if (const auto* flag = std::get_if<bool>(plain)) return *flag ? "是" : "否";
        if (const auto* number = std::get_if<std::int64_t>(plain)) return std::to_string(*number);
        const auto* text = std::get_if<std::string>(plain);
        if (text == nullptr) return {};
        if (field.type == engine::FieldType::date) {
            const auto date = engine::parse_date(*text);
            return date ? date_in_words(*date) : *text;
        }
        if (field.type == engine::FieldType::moment) {
            const auto at = engine::parse_instant(*text);
            return at ? date_in_words(engine::date_in_china(*at)) : *text;
        }
        for (const engine::NamedChoice& choice : field.choices) {
            if (choice.name == *text) return choice.title;
        }
        return *text;
    }

    std::string due(engine::TimerId id) {
        const engine::TimerState& timer = view_.document.timers[id];
        if (timer.phase == engine::TimerPhase::running)
            // `due` is the first moment that is too late.
            return date_in_words(engine::date_in_china({timer.due.ms - 1}));
        lack("due." + definition_.timers[id].name, definition_.timers[id].title);
        return {};
    }

    std::string department() {
        const storage::Department* found = directory_.department(view_.document.department);
        return found == nullptr ? view_.document.department : found->title;
    }

    std::optional<Table> table(engine::FieldId id) {
        const PlainValue* plain = value(id);
        const auto* rows = plain == nullptr ? nullptr : std::get_if<Rows>(plain);
        if (rows == nullptr) return std::nullopt;
        const engine::Field& field = definition_.fields[id];
        Table out;
        out.caption = field.title;
        out.head_rows = 1;
        auto& head = out.rows.emplace_back();
        for (const engine::NamedChoice& column : field.columns) {
            out.widths.push_back(1);
            head.push_back({column.title, 1, 1, true, Align::center, false});
        }
        for (const Row& row : *rows) {
            auto& cells = out.rows.emplace_back();
            for (const engine::NamedChoice& column : field.columns) {
                const auto cell = std::find_if(row.begin(), row.end(), [&](const auto& one) {
                    return one.first == column.name;
                });
                cells.push_back({cell == row.end() ? std::string() : cell->second, 1, 1, false,
                                 Align::left, false});
            }
        }
        return out;
    }

    const Letter& letter_;
    const DocumentView& view_;
    const engine::Definition& definition_;
    const DirectorySnapshot& directory_;
    engine::Date today_;
    std::vector<LackingValue> lacking_;
};

std::string named(const LetterView& letter, bool chinese) {
    std::string out;
    for (const LackingValue& one : letter.lacking) {
        if (!out.empty()) out += chinese ? "、" : ", ";
        out += chinese ? one.title : one.name;
    }
    return out;
}

}  // namespace

const char* code(LetterRefusal::Code code) noexcept {
    return code == LetterRefusal::Code::incomplete ? "letter_incomplete" : "letter_not_applicable";
}

std::string sentence_en(const LetterRefusal& refusal) {
    if (refusal.code == LetterRefusal::Code::incomplete)
        return "the letter needs values that the document does not have: " +
               named(refusal.letter, false);
    return "the letter cannot be issued as the document stands" +
           (refusal.condition.empty() ? std::string() : ": " + refusal.condition);
}

std::string sentence_zh(const LetterRefusal& refusal) {
    if (refusal.code == LetterRefusal::Code::incomplete)
        return "文书所需内容尚未填写：" + named(refusal.letter, true);
    return "文书目前不能出具" +
           (refusal.condition.empty() ? std::string() : "，条件为：" + refusal.condition);
}

std::string date_in_words(engine::Date date) {
    const engine::Civil civil = engine::to_civil(date);
    return std::to_string(civil.year) + "年" + std::to_string(civil.month) + "月" +
           std::to_string(civil.day) + "日";
}

Letters::Letters(Documents& documents, Identity& identity, Flows& flows, Clock& clock)
    : documents_(documents), identity_(identity), flows_(flows), clock_(clock) {}

Result<void> Letters::load(const std::vector<language::SourceFile>& files) {
    const auto flows = flows_.all();
    std::vector<const engine::Definition*> definitions;
    for (const auto& flow : flows)
        definitions.push_back(&flow->definition);
    const auto reading = language::read_letters(files, definitions);
    if (language::has_errors(reading.diagnostics))
        return Error{ErrorCode::malformed, language::render(reading.diagnostics)};
    std::vector<language::SourceFile> letters;
    std::copy_if(files.begin(), files.end(), std::back_inserter(letters),
                 [](const auto& file) { return file.path.starts_with("letters/"); });
    const std::lock_guard lock(mutex_);
    files_ = std::move(letters);
    compiled_.clear();
    return {};
}

Letters::Compiled Letters::of(const Flow& flow) {
    const std::lock_guard lock(mutex_);
    auto& known = compiled_[flow.definition.digest];
    if (known) return known;
    const engine::Definition* const only[] = {&flow.definition};
    // A letter that speaks of what an older version of the flow does not have makes all of them
    // useless for it: read_letters() gives none then.
    auto reading = language::read_letters(files_, only);
    known = std::make_shared<const std::vector<Letter>>(std::move(reading.letters));
    return known;
}

Result<LettersView> Letters::list(const Principal& principal, engine::DocumentId id) {
    TRY(const auto view, documents_.find(principal, id));
    const auto letters = of(*view.flow);
    const auto directory = identity_.directory();
    const Instant now = clock_.now();
    LettersView out{id, view.document.revision, {}};
    for (const Letter& letter : *letters)
        out.letters.push_back(Writer(letter, view, *directory, now).look());
    return out;
}

Result<std::variant<Page, LetterRefusal>> Letters::write(const Principal& principal,
                                                         engine::DocumentId id,
                                                         const std::string& name) {
    using Answer = std::variant<Page, LetterRefusal>;
    TRY(const auto view, documents_.find(principal, id));
    const auto letters = of(*view.flow);
    const auto letter = std::find_if(letters->begin(), letters->end(),
                                     [&](const Letter& one) { return one.name == name; });
    if (letter == letters->end())
        return Error{ErrorCode::not_found,
                     "the flow " + view.flow->definition.flow + " has no letter " + name};
    const auto directory = identity_.directory();
    Writer writer(*letter, view, *directory, clock_.now());
    LetterView seen = writer.look();
    if (!seen.applies)
        return Answer(
            LetterRefusal{LetterRefusal::Code::not_applicable, std::move(seen), letter->when.text});
    if (!seen.lacking.empty())
        return Answer(LetterRefusal{LetterRefusal::Code::incomplete, std::move(seen), ""});
    return Answer(writer.page());
}

}  // namespace gongkai::app
