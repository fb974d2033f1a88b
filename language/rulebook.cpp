#include "language/rulebook.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "language/compiler.hpp"
#include "language/duty_reader.hpp"
#include "language/reader.hpp"
#include "language/yaml_document.hpp"

namespace gongkai::language {

namespace {

constexpr std::size_t kMaxFiles = 1'000;
constexpr std::string_view kBundleHead = "gongkai rules 1\n";

// What a file of rules may be called: lower-case names with '/' between them, and .yaml.
bool is_rule_path(std::string_view path) {
    if (!path.ends_with(".yaml")) return false;
    path.remove_suffix(std::string_view(".yaml").size());
    bool start = true;
    for (const char c : path) {
        const bool letter = c >= 'a' && c <= 'z';
        if (start ? !letter : !(letter || (c >= '0' && c <= '9') || c == '_' || c == '/')) {
            return false;
        }
        start = c == '/';
    }
    return !start;
}

struct Session {
    std::map<FileId, Node> trees;
    std::map<FileId, BodySyntax> flows;
    const Node* vocabulary = nullptr;
    const Node* policy = nullptr;
    bool unread = false;  // a file is no YAML of ours
    Library library;
    Reporter reporter;
};

std::string reference_of(const std::string& path) {
    return path.substr(0, path.size() - std::string_view(".yaml").size());
}

void refuse_duplicates(Session& session, std::string_view code, std::map<std::string, Span>& seen,
                       const Name& name, const char* what, const char* what_zh) {
    if (!name.given()) return;
    const auto [first, fresh] = seen.emplace(name.text, name.span);
    if (fresh) return;
    const std::string& other = session.reporter.path(first->second.file);
    session.reporter.error(name.span, std::string(code),
                           {fmt::format("the {} `{}` already stands in {}", what, name.text, other),
                            fmt::format("{}“{}”已在 {} 中定义", what_zh, name.text, other)});
}

void read_files(Session& session, std::span<const SourceFile> files) {
    Reporter& reporter = session.reporter;
    std::map<std::string, Span> flow_names;
    std::map<std::string, Span> part_names;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const FileId file = reporter.add(files[i]);
        const std::string& path = files[i].path;
        if (!is_rule_path(path)) {
            reporter.error(path, "bad_file_name",
                           {"a file of rules is called like a name, and ends in .yaml",
                            "规则文件名应为小写名称，扩展名为 .yaml"});
            continue;
        }
        auto tree = parse_yaml(file, reporter);
        if (!tree) {
            session.unread = true;
            continue;
        }
        const Node& root = session.trees.emplace(file, std::move(*tree)).first->second;
        const auto kind = kind_of(path, root, reporter);
        if (!kind) continue;
        switch (*kind) {
            case FileKind::vocabulary:
                session.vocabulary = &root;
                session.library.vocabulary = read_vocabulary(root, reporter);
                break;
            case FileKind::limits:
                session.library.limits = read_limits(root, reporter);
                break;
            case FileKind::policy:
                session.policy = &root;
                session.library.policy = read_policy(root, reporter);
                break;
            case FileKind::flow: {
                BodySyntax body = read_flow(root, reporter);
                refuse_duplicates(session, "duplicate_name", flow_names, body.name, "flow", "流程");
                session.flows.emplace(file, std::move(body));
                break;
            }
            case FileKind::part: {
                Name name;
                if (const Node* text = root.find("part"); text->is_text()) {
                    name = {text->text, text->span};
                }
                refuse_duplicates(session, "duplicate_name", part_names, name, "part", "部件");
                session.library.parts.emplace(
                    reference_of(path), PartSource{file, &root, read_parameters(root, reporter)});
                break;
            }
        }
    }
}

// A part that no flow runs is still read, so that its mistakes are told; its parameters by their
// defaults.
void read_idle_part(Session& session, const std::string& reference, const PartSource& part) {
    session.reporter.warning(Span{part.file, part.root->span.offset, 1}, "unused_part",
                             {fmt::format("no flow runs the part `{}`", reference),
                              fmt::format("没有流程运行部件“{}”", reference)});
    std::map<std::string, const Node*> values;
    for (const ParameterSyntax& parameter : part.parameters)
        values.emplace(parameter.name.text, parameter.fallback);
    if (const auto tree = put_in(*part.root, values, session.reporter)) {
        const bool complete = std::all_of(values.begin(), values.end(),
                                          [](const auto& v) { return v.second != nullptr; });
        if (complete) read_part(*tree, session.reporter);
    }
}

void check_groups(Session& session) {
    const VocabularySyntax& vocabulary = session.library.vocabulary;
    std::vector<std::string> fields;
    for (const FieldSyntax& field : vocabulary.fields)
        fields.push_back(field.name.text);
    for (const GroupSyntax& group : vocabulary.groups) {
        if (std::find(fields.begin(), fields.end(), group.name.text) != fields.end()) {
            session.reporter.error(
                group.name.span, "duplicate_name",
                {fmt::format("`{}` is both a field and a group", group.name.text),
                 fmt::format("“{}”既是字段又是字段组", group.name.text)});
        }
        for (const Name& name : group.fields) {
            if (std::find(fields.begin(), fields.end(), name.text) != fields.end()) continue;
            session.reporter.error(name.span, "unknown_field",
                                   {fmt::format("the vocabulary has no field `{}`", name.text),
                                    fmt::format("词汇表没有字段“{}”", name.text)},
                                   did_you_mean(name.text, fields));
        }
    }
}

void check_vocabulary(Session& session) {
    check_groups(session);
    const auto& roles = session.library.vocabulary.roles;
    std::vector<std::string> names;
    for (const RoleSyntax& role : roles)
        names.push_back(role.name.text);
    for (const auto& group : session.library.vocabulary.exclusive) {
        for (const Name& name : group) {
            if (std::find(names.begin(), names.end(), name.text) != names.end()) continue;
            session.reporter.error(name.span, "unknown_role",
                                   {fmt::format("the vocabulary has no role `{}`", name.text),
                                    fmt::format("词汇表没有岗位“{}”", name.text)},
                                   did_you_mean(name.text, names));
        }
    }
}

Rulebook vocabulary_of(const Library& library) {
    Rulebook book;
    for (const RoleSyntax& role : library.vocabulary.roles)
        book.roles.push_back({role.name.text, role.heading.title});
    for (const auto& group : library.vocabulary.exclusive) {
        auto& names = book.exclusive_roles.emplace_back();
        for (const Name& name : group)
            names.push_back(name.text);
    }
    for (const FieldSyntax& field : library.vocabulary.fields)
        book.fields.push_back(field.field);
    for (const RoleSyntax& kind : library.vocabulary.signatures)
        book.signatures.push_back({kind.name.text, kind.heading.title});
    return book;
}

Compilation compile_all(std::span<const SourceFile> given, bool excerpt) {
    std::vector<SourceFile> files;
    std::copy_if(given.begin(), given.end(), std::back_inserter(files),
                 [](const SourceFile& file) { return is_rule(file.path); });
    std::sort(files.begin(), files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });

    Session session;
    session.library.excerpt = excerpt;
    Reporter& reporter = session.reporter;
    Compilation out;
    for (std::size_t i = 1; i < files.size(); ++i) {
        if (files[i - 1].path == files[i].path) {
            reporter.error(files[i].path, "duplicate_name",
                           {"the file was given twice", "文件重复"});
        }
    }
    read_files(session, files);
    if (session.vocabulary == nullptr && !reporter.failed()) {
        reporter.error("vocabulary.yaml", "missing_file",
                       {"the vocabulary (roles, fields, signatures) is missing",
                        "缺少词汇表（岗位、字段、签署）"});
    }
    // Without the vocabulary every name would be reported as unknown, and without another file
    // whatever stands in it.
    if (session.vocabulary == nullptr || session.unread) {
        out.diagnostics = reporter.take();
        return out;
    }
    check_vocabulary(session);

    std::map<FileId, std::unique_ptr<FlowCompiler>> compilers;
    std::set<std::string> running;
    for (const auto& [file, body] : session.flows) {
        auto compiler = std::make_unique<FlowCompiler>(session.library, body, reporter);
        compiler->declare();
        running.insert(compiler->parts().begin(), compiler->parts().end());
        compilers.emplace(file, std::move(compiler));
    }
    for (const auto& [file, compiler] : compilers)
        compiler->tell(session.library);
    for (const auto& [reference, part] : session.library.parts) {
        if (!running.contains(reference)) read_idle_part(session, reference, part);
    }
    for (const auto& [file, compiler] : compilers)
        compiler->fill();

    if (!reporter.failed()) {
        Rulebook book = vocabulary_of(session.library);
        for (const auto& [file, compiler] : compilers) {
            auto flow = std::make_shared<Flow>();
            flow->definition = std::move(compiler->definition());
            flow->policy = std::move(compiler->policy());
            flow->alike = std::move(compiler->alike());
            for (const SourceFile& source : files) {
                const bool shared = source.path == "vocabulary.yaml" ||
                                    source.path == "deadlines.yaml" || source.path == "policy.yaml";
                if (shared || source.path == reporter.path(file) ||
                    compiler->parts().contains(reference_of(source.path))) {
                    flow->sources.push_back(source);
                }
            }
            flow->definition.digest = digest_of(flow->sources);
            book.flows.push_back(std::move(flow));
        }
        std::sort(book.flows.begin(), book.flows.end(), [](const auto& a, const auto& b) {
            return a->definition.flow < b->definition.flow;
        });
        out.rulebook = std::move(book);
    }
    out.diagnostics = reporter.take();
    return out;
}

}  // namespace

std::shared_ptr<const Flow> Rulebook::find(std::string_view flow) const {
    for (const auto& candidate : flows) {
        if (candidate->definition.flow == flow) return candidate;
    }
    return nullptr;
}

std::shared_ptr<const Flow> Rulebook::find(const engine::Digest& digest) const {
    for (const auto& candidate : flows) {
        if (candidate->definition.digest == digest) return candidate;
    }
    return nullptr;
}

bool is_rule(std::string_view path) {
    return !path.starts_with("calendars/") && !path.starts_with("catalog/") &&
           !path.starts_with("letters/") && !path.starts_with("plans/") &&
           !path.starts_with("reports/") && !path.starts_with("simulation/") &&
           !path.starts_with("tariffs/") && path != kDutiesPath;
}

Compilation compile(std::span<const SourceFile> files) {
    return compile_all(files, false);
}

engine::Result<std::shared_ptr<const Flow>> recompile(std::span<const SourceFile> sources) {
    Compilation compilation = compile_all(sources, true);
    if (!compilation.rulebook) {
        std::string message = "the stored rules do not compile";
        for (const Diagnostic& diagnostic : compilation.diagnostics) {
            if (diagnostic.severity == Severity::error) {
                message += "\n" + render(diagnostic);
                break;
            }
        }
        return engine::Error{engine::ErrorCode::malformed, std::move(message)};
    }
    if (compilation.rulebook->flows.size() != 1) {
        return engine::Error{engine::ErrorCode::malformed,
                             fmt::format("the stored rules hold {} flows instead of one",
                                         compilation.rulebook->flows.size())};
    }
    return compilation.rulebook->flows.front();
}

std::string bundle(std::span<const SourceFile> files) {
    std::vector<const SourceFile*> sorted;
    for (const SourceFile& file : files)
        sorted.push_back(&file);
    std::sort(sorted.begin(), sorted.end(),
              [](const SourceFile* a, const SourceFile* b) { return a->path < b->path; });
    std::string out(kBundleHead);
    for (const SourceFile* file : sorted) {
        out += fmt::format("file {} {}\n", file->text.size(), file->path);
        out += file->text;
        out += '\n';
    }
    return out;
}

engine::Result<std::vector<SourceFile>> unbundle(std::string_view text) {
    const engine::Error malformed{engine::ErrorCode::malformed, "this is no bundle of rules"};
    if (!text.starts_with(kBundleHead)) return malformed;
    text.remove_prefix(kBundleHead.size());
    std::vector<SourceFile> files;
    while (!text.empty()) {
        static constexpr std::string_view kFile = "file ";
        const std::size_t end = text.find('\n');
        if (!text.starts_with(kFile) || end == std::string_view::npos) return malformed;
        const std::string_view line = text.substr(kFile.size(), end - kFile.size());
        text.remove_prefix(end + 1);
        std::size_t size = 0;
        const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), size);
        const auto digits = static_cast<std::size_t>(stop - line.data());
        if (error != std::errc() || digits + 1 >= line.size() || line[digits] != ' ' ||
            size >= text.size() || text[size] != '\n') {
            return malformed;
        }
        files.push_back({std::string(line.substr(digits + 1)), std::string(text.substr(0, size))});
        text.remove_prefix(size + 1);
    }
    // Only what bundle() writes: one text for one set of files.
    for (std::size_t i = 1; i < files.size(); ++i) {
        if (files[i - 1].path >= files[i].path) return malformed;
    }
    return files;
}

engine::Digest digest_of(std::span<const SourceFile> files) {
    const std::string text = bundle(files);
    engine::Digest digest{};
    unsigned size = 0;
    const int good =
        EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    // Only lack of memory can bring this about.
    if (good != 1 || size != digest.size()) throw std::runtime_error("SHA-256 is not available");
    return digest;
}

engine::Result<std::vector<SourceFile>> load_directory(const std::filesystem::path& directory) {
    namespace fs = std::filesystem;
    const auto failed = [](engine::ErrorCode code, const fs::path& path, std::string_view what) {
        return engine::Error{code, fmt::format("{}: {}", path.string(), what)};
    };
    std::error_code error;
    if (!fs::is_directory(directory, error)) {
        return failed(engine::ErrorCode::not_found, directory, "no such folder of rules");
    }
    std::vector<SourceFile> files;
    fs::recursive_directory_iterator entry(directory, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        const fs::path& path = entry->path();
        const std::string name = path.filename().string();
        std::error_code ignored;
        if (entry->is_directory(ignored)) {
            if (name.starts_with('.')) entry.disable_recursion_pending();
            continue;
        }
        const std::string extension = path.extension().string();
        if (name.starts_with('.') || (extension != ".yaml" && extension != ".yml")) continue;
        if (!entry->is_regular_file(ignored)) continue;
        if (files.size() >= kMaxFiles) {
            return failed(engine::ErrorCode::invalid_argument, directory,
                          fmt::format("more than {} files", kMaxFiles));
        }
        std::ifstream stream(path, std::ios::binary);
        SourceFile file;
        file.path = path.lexically_relative(directory).generic_string();
        file.text.resize(kMaxFileBytes + 1);
        stream.read(file.text.data(), static_cast<std::streamsize>(file.text.size()));
        if (stream.bad() || (stream.fail() && !stream.eof())) {
            return failed(engine::ErrorCode::io, path, "cannot be read");
        }
        file.text.resize(static_cast<std::size_t>(stream.gcount()));
        file.text.shrink_to_fit();
        files.push_back(std::move(file));
    }
    if (error) return failed(engine::ErrorCode::io, directory, error.message());
    std::sort(files.begin(), files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return files;
}

}  // namespace gongkai::language
