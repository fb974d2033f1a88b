#include "app/year/staff.hpp"

#include <algorithm>

#include "app/sample.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

namespace {

int day_of_year(engine::Date day) {
    const engine::Civil civil = engine::to_civil(day);
    return civil.month * 100 + civil.day;
}

Error wrong(const std::string& what) {
    return {ErrorCode::malformed, std::string(language::kOfficeYearPath) + ": " + what};
}

template <class T>
Result<T> granted(AdminResult<T> result, const std::string& what) {
    if (auto* denied = std::get_if<Denied>(&result))
        return wrong(what + ": " + denied->code + ": " + denied->message);
    if (auto* error = std::get_if<Error>(&result)) return std::move(*error);
    return std::get<T>(std::move(result));
}

Result<void> hire(Application& application, const language::StaffMember& one) {
    const auto by = [&](const char* login) {
        const auto directory = application.identity().directory();
        const storage::Person* person = directory->person(login);
        return AdminRequest{{person == nullptr ? 0 : person->id, false, {}}, "staff", {}};
    };
    Administration& administration = application.administration();
    TRY(const PersonId id, granted(administration.add_person(by("sysadmin"), {one.login, one.name}),
                                   "staff " + one.login));
    TRY_VOID(granted(administration.set_roles_of(by("secadmin"), id, {{one.role, one.department}}),
                     "staff " + one.login));
    return {};
}

}  // namespace

Result<void> Staff::bring_in(Application& application, const std::vector<RuleFile>& catalogs) {
    if (catalogs.empty()) return {};
    const auto reading = read_catalogs(catalogs, application.flows());
    if (reading.catalogs.empty())
        return Error{ErrorCode::malformed, language::render(reading.diagnostics)};
    for (const CatalogImport& catalog : reading.catalogs) {
        const AdminRequest request{
            {application.identity().directory()->person("sysadmin")->id, false, {}}, "year", {}};
        TRY_VOID(granted(application.administration().import_catalog(request, catalog),
                         "catalogue " + catalog.name));
    }
    return {};
}

Result<Staff> Staff::settle(Application& application, const language::OfficeYear& year) {
    TRY(const auto sample, create_sample(application.administration(), application.identity(),
                                         application.randomness()));
    for (const language::StaffMember& one : year.staff)
        TRY_VOID(hire(application, one));
    Staff staff;
    staff.application_ = &application;
    staff.year_ = &year;
    const auto directory = application.identity().directory();
    for (const storage::Person& person : directory->directory().people) {
        const Worker worker{person.login, {person.id, person.machine, {}}};
        const bool administers = directory->holds(person.id, kSystemAdmin) ||
                                 directory->holds(person.id, kSecurityAdmin) ||
                                 directory->holds(person.id, kAuditor);
        if (person.login == kPortalLogin) staff.portal_ = worker;
        if (!person.machine && !administers) staff.all_.push_back(worker);
    }
    for (const language::Holiday& holiday : year.holidays) {
        for (const std::string& login : {holiday.person, holiday.deputy}) {
            const bool known = login.empty() || directory->person(login) != nullptr;
            if (!known) return wrong("nobody has the login " + login);
        }
    }
    return staff;
}

Result<void> Staff::begin(engine::Date day, Chance& chance) {
    const int now = day_of_year(day);
    present_.clear();
    for (const Worker& worker : all_) {
        bool away = chance.of_100(year_->absent_of_100);
        for (const language::Holiday& holiday : year_->holidays)
            away = away || (holiday.person == worker.login && now >= holiday.days.from &&
                            now <= holiday.days.to);
        if (!away) present_.push_back(worker);
    }
    for (const language::Holiday& holiday : year_->holidays) {
        if (holiday.days.from != now || holiday.deputy.empty()) continue;
        const auto directory = application_->identity().directory();
        const PersonId principal = directory->person(holiday.person)->id;
        const auto length =
            engine::to_date(engine::year_of(day), holiday.days.to / 100, holiday.days.to % 100) -
            day;
        const NewDeputy deputy{principal,
                               directory->person(holiday.deputy)->id,
                               {},
                               engine::start_of_day(day),
                               engine::start_of_day(day + length + 1)};
        TRY_VOID(granted(application_->administration().appoint_deputy(
                             {{principal, false, {}}, "holiday", {}}, deputy),
                         "deputy of " + holiday.person));
    }
    return {};
}

}  // namespace gongkai::app
