// All routes, by resource. api/openapi.yaml is their contract; a test walks one against the other.
#pragma once

#include "api/edge.hpp"

namespace gongkai::api {

void add_session_routes(Router& router, Edge& edge);     // sessions, oneself
void add_document_routes(Router& router, Edge& edge);    // open, read, list, edit, hand in
void add_action_routes(Router& router, Edge& edge);      // every other step
void add_attachment_routes(Router& router, Edge& edge);  // files
void add_reading_routes(Router& router, Edge& edge);     // worklist, history, proof, diagrams
void add_deadline_routes(Router& router, Edge& edge);    // deadlines, the calendar
void add_letter_routes(Router& router, Edge& edge);      // letters about a document
void add_flow_routes(Router& router, Edge& edge);        // flows and their pictures
void add_directory_routes(Router& router, Edge& edge);   // departments, people, roles
void add_account_routes(Router& router, Edge& edge);     // deputies, keys
void add_subscriber_routes(Router& router, Edge& edge);  // subscribers, dead letters
void add_audit_routes(Router& router, Edge& edge);       // checkpoint, leaves, consistency
void add_catalog_routes(Router& router, Edge& edge);     // the catalogue of disclosure items
void add_report_routes(Router& router, Edge& edge);      // annual report, statistics, supervision
void add_public_routes(Router& router, Edge& edge);      // what everybody may see
void add_request_routes(Router& router, Edge& edge);     // applications of the public, fees
void add_operation_routes(Router& router, Edge& edge);   // health, metrics, the contract

// The middleware, in the order in which it runs, then all routes.
Router make_router(Edge& edge);

// What runs before every handler: rate limits, authentication, headers.
void use_middleware(Router& router, Edge& edge);

}  // namespace gongkai::api
