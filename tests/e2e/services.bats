#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# svc and drv: list, show, graph. The verdicts of whole machines are kept in tests/golden/services-*.txt, for a person
# to read through; BLESS=1 writes them anew.

load common

# verdicts MACHINE: name, what happens at boot, verdict, whether it can be parked, and the reasons.
verdicts() {
        local want=$GOLDEN/services-$1.txt
        machine "$1"
        offwin svc list --json "$image"
        expect 0
        jq -r '.services[] | [.name, .effective_start + (if .delayed then " delayed" else "" end) +
               (if .trigger_start then " trigger" else "" end), .network.verdict, .network.reason,
               (if .network.parkable then "PARKABLE" else "stays: " + .network.objection end)] | join(" | ")' \
                <<<"$output" >"$BATS_TEST_TMPDIR/verdicts"
        [ -z "${BLESS:-}" ] || cp "$BATS_TEST_TMPDIR/verdicts" "$want"
        diff -u "$want" "$BATS_TEST_TMPDIR/verdicts"
}

# What must never be held back, on any machine that has it.
@test "core services are never parkable" {
        local recipe names
        for recipe in dl380g7 w7 w10 s2019 xp dc; do
                machine $recipe
                offwin svc list --network parkable --json "$image"
                expect 0
                names=$(jq -r '.services[].name' <<<"$output" | tr A-Z a-z)
                for name in rpcss rpceptmapper dcomlaunch plugplay samss eventlog dhcp dnscache nlasvc nla nsi netlogon \
                            lanmanworkstation lanmanserver bfe mpssvc sharedaccess iphlpsvc lmhosts netman netprofm \
                            profsvc gpsvc winmgmt cryptsvc schedule w32time termservice lsm power sens eventsystem \
                            trustedinstaller msiserver wcmsvc policyagent ntds kdc dns dfsr ntfrs adws ismserv; do
                        if grep -qx "$name" <<<"$names" && { [ $recipe = dc ] || [[ $name != @(dns|dfsr|kdc) ]]; }; then
                                echo "$recipe: $name"
                                return 1
                        fi
                done
        done
}

@test "verdicts: dl380g7" { verdicts dl380g7; }
@test "verdicts: w7" { verdicts w7; }
@test "verdicts: w10" { verdicts w10; }
@test "verdicts: s2019" { verdicts s2019; }
@test "verdicts: xp" { verdicts xp; }
@test "verdicts: domain controller" { verdicts dc; }
@test "verdicts: a real Windows NT 4.0" { verdicts real-nt4-server; }
@test "verdicts: a real Windows XP" { verdicts real-xp-virtualpc; }
@test "verdicts: a real Windows 7" { verdicts real-win7-vmware; }
@test "verdicts: a real Windows 8.1" { verdicts real-win81-virtualbox; }
@test "verdicts: a real Windows 10" { verdicts real-win10-laptop; }

@test "what waits on the network and is not Windows' core can be parked" {
        machine dl380g7
        offwin svc list --network parkable "$image"
        expect 0
        has "CqMgHost "
        has "SysMgmtHp "
        has "wuauserv "
        offwin svc show "$image" cqmghost
        expect 0
        has "needs SNMP"
        has "can be held back"
}

@test "a domain controller keeps what makes it one" {
        machine dc
        offwin svc list --network dc-role --json "$image"
        expect 0
        json '[.services[].name | ascii_downcase] | contains(["dns", "kdc", "ntds"])' true
        json '[.services[].network.parkable] | any' false
}

@test "svc list: filters" {
        machine dl380g7
        offwin svc list --start auto --non-microsoft "$image"
        expect 0
        has "CqMgServ "
        [[ $output != *"RpcSs "* ]]
        offwin svc list --vendor hewlett --json -l "$image"
        expect 0
        json '[.services[].file_facts.company] | unique | map(test("Hewlett"; "i")) | all' true
        offwin svc list --type own --start disabled --json "$image"
        expect 0
        json '[.services[] | (.effective_start == "disabled") and (.kind | startswith("own process"))] | all' true
        offwin svc list --start sometimes "$image"
        expect 2
        one_line "--start sometimes"
        offwin svc list --type odd "$image"
        expect 2
        offwin svc list --network maybe "$image"
        expect 2
        offwin svc list --control-set 7 "$image"
        expect 1
        one_line "there is no ControlSet007"
}

@test "drv list: drivers only, and those whose file is missing" {
        machine dl380g7
        offwin drv list --json "$image"
        expect 0
        json '[.services[].type % 16 > 0] | all' true
        offwin file ls "$image" 'C:\Windows\System32\drivers'
        expect 0
        offwin drv list --missing --json "$image"
        expect 0
        json '[.services[].file_kind == "file"] | all' true
}

@test "svc show: an absent one is told, with where to look" {
        machine dl380g7
        offwin svc show "$image" nonsense
        expect 1
        one_line "no service or driver 'nonsense'"
        offwin drv show "$image" partmgr
        expect 0
        has "UpperFilters of class DiskDrive"
}

@test "the lists fit in 80 columns" {
        machine dl380g7
        offwin svc list "$image"
        expect 0
        [ "$(wc -L <<<"$output")" -le 80 ]
        offwin svc list -l "$image"
        expect 0
        [ "$(grep -v '\\' <<<"$output" | wc -L)" -le 80 ]
        offwin svc show "$image" Netlogon
        expect 0
        [ "$(grep -v '\\' <<<"$output" | wc -L)" -le 80 ]
        offwin svc graph "$image"
        expect 0
        [ "$(wc -L <<<"$output")" -le 80 ]
}

@test "svc graph: text, order, DOT, JSON" {
        machine dl380g7
        offwin svc graph "$image"
        expect 0
        has "CqMgHost needs SNMP"
        offwin svc graph --order --json "$image"
        expect 0
        # What is needed comes first, and boot drivers before all that.
        json '.order | index("RpcSs") < index("SamSs")' true
        json '.order | index("SNMP") < index("CqMgHost")' true
        json '.order | index("partmgr") < index("RpcSs")' true
        json '([.nodes[] | select(.kind == "missing" or (.kind == "group" and .needs == []))] | length) == .n_missing' true
        offwin drv graph --dot "$image"
        expect 0
        [[ $output == "digraph services {"* ]]
        if command -v dot >/dev/null; then
                dot -Tplain "$BATS_TEST_TMPDIR/stdout" >/dev/null
        fi
        offwin svc graph --dot --order "$image"
        expect 2
}

# odd_services: a machine of services and filter lists that are not as they should be.
odd_services() {
        cat >"$BATS_TEST_TMPDIR/system.reg" <<'REG'
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\Select]
"Current"=dword:1
"Default"=dword:1
[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Control\Class\{4d36e967-e325-11ce-bfc1-08002be10318}]
"UpperFilters"=dword:5
"LowerFilters"=hex(7):66,00,6c,00,74,00
[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\flt]
"Type"=dword:1
"Start"=dword:ff
[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\one]
"Type"=dword:10
"Start"=dword:2
"DependOnService"=hex(7):74,00,77,00,6f,00,00,00,00,00
"DependOnGroup"=hex(7):4e,00,6f,00,62,00,6f,00,64,00,79,00,00,00,00,00
[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\two]
"Type"=dword:10
"Start"=dword:2
"DependOnService"=hex(7):6f,00,6e,00,65,00,00,00,00,00
REG
        bare_machine <<'RECIPE'
[disk]
scheme = none
size = 16M

[partition]
type = ntfs

[hive]
path = \Windows\System32\config\SYSTEM
source = system.reg
RECIPE
}

@test "filter lists and numbers that are odd are told, by list and by show" {
        local command
        odd_services
        for command in "list" "show:flt"; do
                IFS=: read -r verb name <<<"$command"
                offwin drv "$verb" "$image" $name
                expect 0
                has "odd 0xff"
                [[ $errors == *"'UpperFilters' should be a list of names"* ]]
                [[ $errors == *"'LowerFilters' is not ended by a NUL"* ]]
                [[ $errors == *"'Start' is 0xff"* ]]
                offwin drv "$verb" --json "$image" $name
                expect 0
                json '[.problems[] | select(contains("Filters"))] | length' 2
        done
}

@test "circles and groups that nobody is in are told" {
        odd_services
        offwin svc show "$image" one
        expect 0
        has "Circle with   two"
        has "Not there     group Nobody"
        offwin svc graph "$image"
        expect 0
        has "one needs two, group Nobody (missing)"
        has "1 missing, 1 circle"
}

@test "reading services writes nothing" {
        machine dl380g7
        before=$(sum "$image")
        offwin svc list -l "$image"
        expect 0
        offwin svc graph "$image"
        expect 0
        [ "$before" = "$(sum "$image")" ]
}
