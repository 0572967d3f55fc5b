#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Plan files: everything in one, the machine's guard, what is wrong told with its line; net export gives one back.

load common

setup() {
        cd "$BATS_TEST_TMPDIR" || exit 1
}

whole() {
        mkdir -p tools
        echo check >tools/check.cmd
        echo join >join.cmd
        cat >plan.yaml <<'YAML'
offwin: 1
machine:
  name: filesrv01
  domain: corp.example
  windows: "6.1"
fixes:
  all: yes
  except: [tcp-offload-off]
  names: [windows-update-wsus]
  parameters:
    - name: wsus
      value: http://wsus.corp.example:8530
vendors:
  disable: [backup-exec-agent]
services:
  - name: wuauserv
    start: demand
network:
  re-ip:
    - from: 10.20.30.0/24
      to: 10.9.8.0/24
  adapters:
    - adapter: LAN-Team
      nic: 52:54:00:12:34:56
      dns: [10.9.8.53, "fd00::53"]
      mtu: 1400
files:
  - from: tools/check.cmd
    to: C:\Tools\check.cmd
firstboot: [join.cmd]
YAML
}

@test "a plan file does all that it says in one change, and undo takes it back" {
        machine dl380g7
        whole
        before=$(sum "$image")
        offwin fix "$image" --plan plan.yaml --dry-run
        expect 0
        [ "$(sum "$image")" = "$before" ]
        offwin fix "$image" --plan plan.yaml --json
        expect 0
        json '[.changes[] | select(.fix == "tcp-offload-off")] | length' 0
        json '[.changes[] | select(.fix == "ncsi-active-off")] | length > 0' true
        offwin reg get "$image" 'HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate' WUServer
        has "http://wsus.corp.example:8530"
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\wuauserv' Start
        has 3
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\BackupExecAgentAccelerator' Start
        has 4
        offwin file cat "$image" 'C:\Windows\offwin\network.json'
        json '.adapters[0].mac' 52:54:00:12:34:56
        json '.adapters[0].addresses[0]' 10.9.8.41/24
        json '.adapters[0].gateways[0]' 10.9.8.1
        json '.adapters[0].dns | join(" ")' "10.9.8.53 fd00::53"
        json '.adapters[0].mtu' 1400
        json '.adapters[0].wins[0]' 10.9.8.12
        offwin file cat "$image" 'C:\Tools\check.cmd'
        has check
        offwin file cat "$image" 'C:\Windows\offwin\firstboot\0001-join.cmd'
        has join
        offwin fix "$image" --plan plan.yaml
        expect 0
        has "Nothing to change"
        offwin undo "$image" --yes
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "what was handed over once is not handed over again" {
        machine real-win7-vmware
        offwin net handover "$image" --nic 52:54:00:12:34:56 --yes
        expect 0
        offwin net handover "$image" --nic 52:54:00:12:34:56 --verbose
        expect 0
        has "Nothing to change"
        has "52:54:00:12:34:56"
        offwin file cat "$image" 'C:\Windows\offwin\network.json'
        json '.adapters | length' 1
        json '.adapters[0].addresses[0]' 10.3.58.5/24
}

@test "a plan for another machine is refused" {
        machine w7
        printf 'offwin: 1\nmachine:\n  name: ELSEWHERE\nfixes:\n  all: yes\n' >plan.yaml
        offwin fix "$image" --plan plan.yaml
        expect 4
        one_line "ELSEWHERE"
        printf 'offwin: 1\nmachine:\n  windows: 10.0-\nfixes:\n  all: yes\n' >plan.yaml
        offwin fix "$image" --plan plan.yaml
        expect 4
        one_line "6.1.7601"
}

@test "what is wrong in a plan is told with its line, and nothing is written" {
        machine w7
        before=$(sum "$image")
        while IFS='|' read -r text says; do
                printf '%b' "$text" >plan.yaml
                offwin fix "$image" --plan plan.yaml
                [ "$status" -ne 0 ] && [ "$status" -ne 4 ]
                one_line "$says"
        done <<'CASES'
offwin: 1\nfixs:\n  all: yes\n|plan.yaml:2
offwin: 1\nfixes:\n  names: [no-such-fix]\n|plan.yaml:3
offwin: 1\nservices:\n  - name: wuauserv\n    start: off\n|plan.yaml:3
offwin: 1\nservices:\n  - name: nosuchservice\n    start: disabled\n|nosuchservice
offwin: 1\nnetwork:\n  adapters:\n    - adapter: nowhere\n      dhcp: yes\n|plan.yaml:4
offwin: 1\nnetwork:\n  adapters:\n    - nic: 52:54:00\n|plan.yaml:4
offwin: 1\nvendors:\n  disable: [no-such-pack]\n|plan.yaml:3
offwin: 1\nfiles:\n  - from: absent\n    to: C:\\\\a\n|absent
CASES
        [ "$(sum "$image")" = "$before" ]
}

@test "a plan reaches no file of the host outside of its folder" {
        machine w7
        mkdir -p in
        echo secret >secret
        ln -s ../secret in/link
        for name in ../secret "$PWD/secret" link; do
                printf 'offwin: 1\nfiles:\n  - from: %s\n    to: C:\\a\n' "$name" >in/plan.yaml
                offwin fix "$image" --plan in/plan.yaml
                expect 4
                one_line "below its folder"
        done
        offwin file ls "$image" 'C:\a'
        expect 1
}

@test "net export gives a plan that changes no address" {
        machine real-win7-vmware
        offwin net export "$image" -o plan.yaml
        expect 0
        grep -q '  name: WKS-WIN732BITA' plan.yaml
        grep -q '    - 10.3.58.5/24' plan.yaml
        offwin fix "$image" --plan plan.yaml --yes
        expect 0
        offwin net export "$image" --json
        expect 0
        [ "$(jq -r .yaml <<<"$output")" = "$(cat plan.yaml)" ]
        offwin fix "$image" --plan plan.yaml
        expect 0
        has "Nothing to change"
}

@test "a service can be parked by name" {
        machine dl380g7
        printf 'offwin: 1\nservices:\n  - name: sysmgmthp\n    start: park\n' >plan.yaml
        offwin fix "$image" --plan plan.yaml --yes
        expect 0
        offwin svc unpark "$image" SysMgmtHp --dry-run
        expect 0
        has 'SysMgmtHp]'
        printf 'offwin: 1\nservices:\n  - name: NlaSvc\n    start: park\n' >plan.yaml
        offwin fix "$image" --plan plan.yaml --yes
        expect 4
        one_line "parking 'NlaSvc' is refused"
}

@test "network: teams apart, drivers tuned, cards that are gone removed; a team's drivers can go then" {
        machine dl380g7
        before=$(sum "$image")
        cat >plan.yaml <<'YAML'
offwin: 1
vendors:
  disable: [hp-network-teaming]
network:
  adapters:
    - adapter: LAN-Team
      nic: 52:54:00:12:34:56
  unteam: yes
  tune:
    safe: yes
    tcp:
      - name: task-offload
        value: off
  not-in: qemu
YAML
        offwin fix "$image" --plan plan.yaml --json
        expect 0
        json '[.skipped[]? | select(.fix == "hp-network-teaming" and (.reason | test("refused")))] | length' 0
        offwin net show --json "$image"
        json '[.adapters[] | select(.name == "LAN-Team") | .members[]] | length' 0
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\cpqteam' Start
        has 4
        offwin reg check "$image" --quiet
        expect 0
        offwin fix "$image" --plan plan.yaml
        has "Nothing to change"
        offwin undo "$image" --yes
        [ "$(sum "$image")" = "$before" ]
        sed -i 's/nic: .*/dhcp: no/' plan.yaml
        offwin fix "$image" --plan plan.yaml
        expect 4
        one_line 'plan.yaml: '
        sed -i 's/name: task-offload/name: nothing/; /unteam/d' plan.yaml
        offwin fix "$image" --plan plan.yaml
        expect 2
        one_line "plan.yaml:11: TCP/IP has no switch 'nothing'"
        [ "$(sum "$image")" = "$before" ]
}

@test "network: two cards may swap addresses, and never share one; empty lists and missing addresses are told" {
        machine dl380g7
        before=$(sum "$image")
        cat >plan.yaml <<'YAML'
offwin: 1
network:
  adapters:
    - adapter: Local Area Connection 3
      addresses: [10.20.30.41/24]
    - adapter: LAN-Team
      addresses: [10.20.30.40/24]
YAML
        offwin fix "$image" --plan plan.yaml --dry-run
        expect 0
        has '10.20.30.41'
        sed -i 's/10.20.30.40/10.20.30.41/' plan.yaml
        offwin fix "$image" --plan plan.yaml
        expect 2
        one_line "plan.yaml:6: address 10.20.30.41 is given to both 'Local Area Connection 3' and 'LAN-Team'"
        sed -i 's/addresses: .*41.*/dns: []/' plan.yaml
        offwin fix "$image" --plan plan.yaml
        expect 2
        one_line 'plan.yaml:5'
        [ "$(sum "$image")" = "$before" ]
        printf 'offwin: 1\nnetwork:\n  adapters:\n    - adapter: Local Area Connection 3\n      dns: [none]\n' >plan.yaml
        offwin fix "$image" --plan plan.yaml --dry-run
        expect 0
        has 'dns none'
}

@test "network: an address that waits for a card may move when the plan gives that card another" {
        machine s2019
        before=$(sum "$image")
        offwin net set "$image" NIC1 --route 10.1.0.0/16=172.20.5.9 -q
        expect 0
        offwin file cat "$image" 'C:\Windows\offwin\network.json'
        has '172.20.5.20'
        printf 'offwin: 1\nnetwork:\n  adapters:\n    - adapter: NIC2\n      addresses: [172.20.5.20/24]\n' >plan.yaml
        offwin fix "$image" --plan plan.yaml --dry-run
        expect 2
        printf '    - adapter: NIC1\n      addresses: [172.20.5.99/24]\n' >>plan.yaml
        offwin fix "$image" --plan plan.yaml --dry-run
        expect 0
        offwin undo "$image"
        [ "$(sum "$image")" = "$before" ]
}

@test "a script for the first boot that would take the addresses away is refused" {
        machine dl380g7
        before=$(sum "$image")
        printf 'rem fine\r\nNETSH interface  ip reset c:\\log.txt\r\n' >bad.cmd
        iconv -f ASCII -t UTF-16LE bad.cmd >wide.cmd
        printf 'rem netsh int ip show config\r\n' >good.cmd
        printf 'offwin: 1\nfirstboot: [good.cmd, bad.cmd]\n' >plan.yaml
        offwin fix "$image" --plan plan.yaml
        expect 4
        one_line "firstboot 'bad.cmd' has \`netsh int ip reset\`"
        printf 'offwin: 1\nfirstboot: [wide.cmd]\n' >plan.yaml
        offwin fix "$image" --plan plan.yaml
        expect 4
        [ "$(sum "$image")" = "$before" ]
        printf 'offwin: 1\nfirstboot: [good.cmd]\n' >plan.yaml
        offwin fix "$image" --plan plan.yaml --dry-run
        expect 0
}
