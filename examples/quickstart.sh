#!/usr/bin/env bash
# A document from draft to publication over REST, by seven people; what is refused on the way, and why; and a proof that
# is checked without the server. 一份公文经七人之手从起草到公开，途中该拒的都拒，最后离线验证证明。
#
#   examples/quickstart.sh                       starts a server of its own in a temporary folder
#   GONGKAI_URL=http://127.0.0.1:8080 GONGKAI_ACCOUNTS=FILE examples/quickstart.sh
#                                                talks to a running one; FILE holds the line that
#                                                `gongkai serve --sample --json` printed
#   GONGKAI=path/to/gongkai                      the program to start
#
# It needs bash, curl, sed, grep, and node (18 or newer) for the proof. Ends with 0 when everything went as it tells.
set -euo pipefail
export LC_ALL=C.UTF-8
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"
server=""

stop_server() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=""
    fi
}
trap 'stop_server; rm -rf "$work"' EXIT

if [ -t 1 ]; then bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'; else bold='' red='' green='' plain=''; fi
chapter() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
tell() { printf '  %s\n' "$*"; }
fail() {
    printf '\nquickstart: %s\n' "$*" >&2
    if [ -s "$work/log" ]; then printf 'the server said:\n' >&2 && tail -n 5 "$work/log" >&2; fi
    exit 1
}

# --- the server ----------------------------------------------------------------------------------

command -v node >/dev/null || fail "node (18 or newer) is missing: the proof is checked with tools/verify_audit.mjs"

find_program() {
    local candidate
    for candidate in "${GONGKAI:-}" "$here/../build/release/cli/gongkai" "$here/../build/dev/cli/gongkai"; do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then echo "$candidate" && return; fi
    done
    command -v gongkai || true
}
program="$(find_program)"

if [ -n "${GONGKAI_URL:-}" ]; then
    base="${GONGKAI_URL%/}"
    [ -r "${GONGKAI_ACCOUNTS:-}" ] || fail "GONGKAI_ACCOUNTS must name a file with what \`serve --sample --json\` printed"
    accounts="$(cat "$GONGKAI_ACCOUNTS")"
else
    [ -n "$program" ] || fail "there is no gongkai program: run ./dev build release, or set GONGKAI"
    tell "Starting a server; the first time it proves every flow against the policy, which takes some seconds ..."
    mkfifo "$work/says"
    "$program" serve --sample --json --port 0 --data "$work/data" >"$work/says" 2>"$work/log" &
    server=$!
    accounts=""
    read -r accounts <"$work/says" || true
    [ -n "$accounts" ] || fail "the server did not start"
    base="$(sed -n 's/.*"listening":"\([^"]*\)".*/\1/p' <<<"$accounts")"
fi
tell "The server is $base"

# --- speaking to it ------------------------------------------------------------------------------

# Of JSON on one line: the first member of that name that is a text, or a number.
text() { grep -o "\"$1\":\"[^\"]*\"" <<<"$body" | head -n 1 | sed 's/^[^:]*:"//; s/"$//' || true; }
number() { grep -o "\"$1\":[0-9]*" <<<"$body" | head -n 1 | sed 's/^[^:]*://' || true; }
# Of somebody in the list of accounts.
account() { grep -o "{\"login\":\"$1\"[^}]*}" <<<"$accounts" | sed -n "s/.*\"$2\":\"\\([^\"]*\\)\".*/\\1/p"; }

declare -A tokens
# ask LOGIN METHOD PATH [BODY]: leaves $status and $body. LOGIN "-" is the public.
ask() {
    local login="$1" method="$2" path="$3" sent="${4:-}" answer
    local arguments=(-sS --noproxy 127.0.0.1,localhost -X "$method" -w '\n%{http_code}' -H 'Content-Type: application/json')
    if [ "$login" != - ]; then arguments+=(-H "Authorization: Bearer ${tokens[$login]}"); fi
    # An edit says which revision it was made on.
    if [ "$method" = PATCH ]; then arguments+=(-H "If-Match: \"$revision\""); fi
    if [ "$method" != GET ]; then arguments+=(--data "$sent"); fi
    answer="$(curl "${arguments[@]}" "$base$path")" || fail "$method $path: no answer"
    status="${answer##*$'\n'}"
    body="${answer%$'\n'*}"
}

log_in() {
    local login
    for login in "$@"; do
        ask - POST /api/v1/sessions "{\"login\":\"$login\",\"password\":\"$(account "$login" password)\"}"
        [ "$status" = 201 ] || fail "$login cannot log in: $body"
        tokens[$login]="$(text token)"
    done
}

# did WHAT: the last answer must be a yes; says where the document is now.
did() {
    case "$status" in 2*) ;; *) fail "$1: $status $body" ;; esac
    revision="$(number revision)"
    local where
    where="$(sed 's/.*"states":\[//' <<<"$body" | sed -n 's/.*"title":"\([^"]*\)".*/\1/p')"
    tell "${green}yes${plain} $1${where:+  →  $where}"
}

# refused WHAT STATUS CODE: the last answer must be this no; says why, and by which law.
refused() {
    [ "$status" = "$2" ] && [ "$(text code)" = "$3" ] || fail "$1: expected $2 $3, got $status $body"
    tell "${red}no${plain}  $1"
    tell "      $2 $3: $(text title_zh)"
    tell "      $(text title)"
    if [ -n "$(text article)" ]; then tell "      依据 (article): $(text article)"; fi
    if [ -n "$(text rule)" ]; then tell "      条件 (condition): $(text rule)"; fi
}

# act LOGIN ACTION [FIELDS] [COMMENT]: on the document $id.
act() {
    local sent="{\"fields\":{${3:-}}${4:+,\"comment\":\"$4\"}}"
    ask "$1" POST "/api/v1/documents/$id/actions/$2" "$sent"
}
step() {
    act "$2" "$3" "${4:-}"
    did "$(account "$2" name): $1"
}

# --- the story -----------------------------------------------------------------------------------

log_in lihua wangfang yangmei liuyang huangwei sunli majun

chapter "1. 李华起草 (a clerk drafts)"
ask lihua POST /api/v1/documents '{
    "flow": "execution", "department": "employment",
    "fields": {
        "title": "关于开展职业技能培训的实施方案",
        "body": "为落实职业技能提升行动，制定本方案。\n一、培训对象：登记失业人员。\n（此件公开发布）",
        "formed_at": "'"$(date -u +%F)"'", "attribute": "proactive", "catalog_item": "ZD-2.1",
        "steps": [{"step": "动员", "content": "印发通知", "due": "本月底"}],
        "responsibilities": [{"task": "组织培训", "lead": "就业促进科"}]}}'
did "李华: 起草 (draft)"
id="$(text id)"
plan="$id"
step "送审 (submit)" lihua submit

chapter "2. 认定公开属性，签发 (attribute, and issue)"
step "科室负责人同意报批 (head of section agrees)" wangfang agree
ask lihua PATCH "/api/v1/documents/$id" '{"fields":{"title":"签名之后改的标题"}}'
refused "李华: 签名之后改标题 (edit after a signature)" 409 field_not_editable
step "办公室核稿 (office agrees)" yangmei agree
step "签发 (issue)" huangwei issue

chapter "3. 保密审查，五个签名 (secrecy review: five signatures)"
step "经办人自审 (self review)" lihua confirm '"self_review_opinion":"无涉密内容"'
step "科室负责人初审 (head of section)" wangfang agree
step "保密审查员：可以公开 (secrecy officer)" sunli release '"secrecy_opinion":"可以公开"'
step "分管领导复核 (deputy leader)" huangwei approve
step "网站责任人：程序完备 (procedure check)" majun complete

chapter "4. 三审三校，三个人 (three reviews by three people)"
act lihua pass '"first_proofreading":"无差错"'
refused "李华: 审自己起草的文件 (review of one's own draft)" 403 own_draft
step "一审一校 (first)" majun pass '"first_proofreading":"无差错"'
step "二审二校 (second)" wangfang pass '"second_proofreading":"无差错"'
step "三审三校 (third)" huangwei pass '"third_proofreading":"无差错"'

chapter "5. 发布 (publish)"
ask - GET "/public/v1/documents/$plan"
[ "$status" = 404 ] || fail "the public sees the document before it is published"
tell "公众此前看不到 (the public does not see it yet): $status"
step "发布 (publish)" majun publish

chapter "6. 另一份：不予公开 (another document, withheld)"
ask lihua POST /api/v1/documents '{
    "flow": "execution", "department": "employment",
    "fields": {"title": "内部值班安排", "body": "值班表。", "formed_at": "'"$(date -u +%F)"'", "attribute": "withheld",
        "steps": [{"step": "值班", "content": "轮流", "due": "每周"}]}}'
did "李华: 起草，属性“不予公开” (draft, attribute: withheld)"
id="$(text id)"
act lihua submit
refused "李华: 不说理由就送审 (submit without the reason)" 422 guard_failed
ask lihua PATCH "/api/v1/documents/$id" '{"fields": {"attribute_reason": "art16_logistics",
    "attribute_article": "《政府信息公开条例》第十六条第一款", "attribute_explanation": "属于后勤管理的内部事务"}}'
did "李华: 补充理由、条款和说明 (add reason, article and explanation)"
step "送审 (submit)" lihua submit
step "科室负责人同意报批 (head of section agrees)" wangfang agree
act yangmei agree
refused "杨梅: 当作主动公开核稿 (pass it on as if it were proactive)" 422 guard_failed
step "附意见送公开机构 (send on with an opinion)" yangmei send_on '"office_opinion":"同意不予公开"'
step "公开工作机构审查 (disclosure office)" liuyang pass '"disclosure_opinion":"符合第十六条"'
step "签发，不主动公开 (issue, not to be published)" huangwei issue
act majun publish
refused "马俊: 发布不予公开的文件 (publish what is withheld)" 409 wrong_state
ask - GET "/public/v1/documents/$id"
[ "$status" = 404 ] || fail "the public sees what is withheld"
tell "公众看不到 (the public does not see it): $status"

chapter "7. 公众看到的，和它的证明 (what the public sees, and its proof)"
ask - GET "/public/v1/documents/$plan"
[ "$status" = 200 ] || fail "the public does not see what was published"
tell "$(text title)  （$base/public/documents/$plan）"
curl -sS --noproxy 127.0.0.1,localhost --fail -o "$work/proof.json" "$base/public/v1/documents/$plan/proof" || fail "no proof"
ask - GET /public/v1/checkpoint
key="$(text vkey)"
if [ -n "$server" ]; then
    stop_server
    tell "服务器已停止，以下离线进行 (the server is stopped; from here on offline)"
fi
verify() { node "$here/../tools/verify_audit.mjs" proof "$1" --vkey "$key" >"$work/verdict" 2>&1; }
verify "$work/proof.json" || fail "the proof does not hold: $(cat "$work/verdict")"
tell "${green}yes${plain} 证明成立 (the proof holds):"
sed 's/^/      /' "$work/verdict"
sed 's/职业技能/职业道德/' "$work/proof.json" >"$work/forged.json"
if verify "$work/forged.json"; then fail "a forged proof was believed"; fi
tell "${red}no${plain}  改一个词，证明就不成立 (with one word changed it does not hold):"
head -n 1 "$work/verdict" | sed 's/^/      /'

chapter "完成 (done)"
tell "每一步和每一次被拒都在记录里 (every step and every refusal is in the record): GET /api/v1/documents/$plan/history"
