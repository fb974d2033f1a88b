// The program as somebody at a terminal runs it: a process of its own, its words, what it says and
// how it ends; and an installation for it to work on.
#pragma once

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/application.hpp"

namespace gongkai::cli::testing {

// A new, empty folder, removed with everything in it.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

struct Ran {
    int exit = -1;
    std::string out, err;

    // stdout as the one JSON value that --json promises.
    boost::json::value json() const;
};

// `gongkai WORDS...` with `input` on stdin, which is no terminal.
Ran gongkai(const std::vector<std::string>& words, const std::string& input = {});
// Another program, found by PATH.
Ran run(std::vector<std::string> words, const std::string& input = {});

// What a failed check shows.
std::string told(const Ran& ran);

std::string contents(const std::filesystem::path& path);

// Where the rules of these installations lie.
std::string rules_folder();

// The sample bureau on the rules of tests/crash/rules.
class Installation {
  public:
    // Sets up the sample.
    void settle(app::Application& application);
    // As a server has it: no other process can write meanwhile.
    std::unique_ptr<app::Application> serve();
    // Sets up the sample and publishes one document with one attachment; returns its number.
    engine::DocumentId publish();
    // One more draft.
    engine::DocumentId draft(app::Application& application, const std::string& body);

    Folder folder;
    std::filesystem::path data = folder / "data";
    std::string words() const { return data.string(); }
    std::map<std::string, std::string> passwords;  // of the sample's people, by login
    std::string attachment = "附件的内容\n";
    std::string rules = rules_folder();
};

}  // namespace gongkai::cli::testing
