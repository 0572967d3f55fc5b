/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of the settings of network drivers: meaning, range and default after Microsoft's "Standardized INF
 * keywords"; and which of them speak of the card or the cable of the old machine, so that a virtual one is better
 * without (docs/formats/windows-facts.md, network).
 */
#include <string.h>

#include <offwin/tuning.h>

#include "base/macros.h"
#include "base/upcase.h"

#define ON_OFF  "off=0 on=1"
#define OFFLOAD "off=0 tx=1 rx=2 both=3 on=3"
#define SPEEDS  "auto=0 10-half=1 10-full=2 100-half=3 100-full=4 1000-half=5 1000-full=6 10000-full=7"

#define STAYS_OFFLOAD "stays: virtual cards take it; for the first boot alone there is the fix tcp-offload-off"
#define GOES_CHIMNEY  "needs a card that handles whole connections; virtual cards do not"
#define GOES_IPSEC    "needs a card that encrypts; virtual cards do not"

static const ow_keyword_rule rules[] = {
        { "*SpeedDuplex", "speed", "link speed", SPEEDS, 0, 7, "0", "0",
          "a speed that was set by hand belongs to the old switch port; a virtual one negotiates nothing else" },
        { "*JumboPacket", "jumbo", "largest frame in bytes, with its 14 of header", "off=1514", 1514, 16128, "1514",
          "1514", "large frames need every switch on the way to carry them, the virtual one too" },
        { "*FlowControl", "flow-control", "pause frames", "off=0 tx=1 rx=2 both=3 on=3 auto=4", 0, 4, "3", NULL, "" },
        { "*InterruptModeration", "interrupt-moderation", "several frames to an interrupt", ON_OFF, 0, 1, "1", "1",
          "Microsoft's default; without it every frame interrupts the virtual machine" },
        { "*SRIOV", "sr-iov", "a part of a physical card for each virtual machine", ON_OFF, 0, 1, "1", "0",
          "is for a host of virtual machines that owns the card" },
        { "*VMQ", "vmq", "a queue for each virtual machine", ON_OFF, 0, 1, "1", "0",
          "is for a host of virtual machines that owns the card" },
        { "*RSS", "rss", "receiving on several processors", ON_OFF, 0, 1, "1", NULL, "stays: it needs no hardware" },
        { "*RSSProfile", "rss-profile", "which processors receive", "", 1, 6, "", NULL, "" },
        { "*LsoV1IPv4", "lso", "large sends cut by the card", ON_OFF, 0, 1, "1", NULL, STAYS_OFFLOAD },
        { "*LsoV2IPv4", "lso", "large sends cut by the card", ON_OFF, 0, 1, "1", NULL, STAYS_OFFLOAD },
        { "*LsoV2IPv6", "lso", "large sends cut by the card, IPv6", ON_OFF, 0, 1, "1", NULL, STAYS_OFFLOAD },
        { "*RscIPv4", "rsc", "received segments joined by the card", ON_OFF, 0, 1, "", NULL, STAYS_OFFLOAD },
        { "*RscIPv6", "rsc", "received segments joined by the card, IPv6", ON_OFF, 0, 1, "", NULL, STAYS_OFFLOAD },
        { "*IPChecksumOffloadIPv4", "checksum", "checksums by the card", OFFLOAD, 0, 3, "3", NULL, STAYS_OFFLOAD },
        { "*TCPChecksumOffloadIPv4", "checksum", "checksums by the card", OFFLOAD, 0, 3, "3", NULL, STAYS_OFFLOAD },
        { "*TCPChecksumOffloadIPv6", "checksum", "checksums by the card", OFFLOAD, 0, 3, "3", NULL, STAYS_OFFLOAD },
        { "*UDPChecksumOffloadIPv4", "checksum", "checksums by the card", OFFLOAD, 0, 3, "3", NULL, STAYS_OFFLOAD },
        { "*UDPChecksumOffloadIPv6", "checksum", "checksums by the card", OFFLOAD, 0, 3, "3", NULL, STAYS_OFFLOAD },
        { "*TCPUDPChecksumOffloadIPv4", "checksum", "checksums by the card", OFFLOAD, 0, 3, "", NULL, STAYS_OFFLOAD },
        { "*TCPUDPChecksumOffloadIPv6", "checksum", "checksums by the card", OFFLOAD, 0, 3, "", NULL, STAYS_OFFLOAD },
        { "*TCPConnectionOffloadIPv4", "chimney", "TCP connections by the card", ON_OFF, 0, 1, "", "0",
          GOES_CHIMNEY },
        { "*TCPConnectionOffloadIPv6", "chimney", "TCP connections by the card", ON_OFF, 0, 1, "", "0",
          GOES_CHIMNEY },
        { "*IPsecOffloadV1IPv4", "ipsec", "IPsec by the card", OFFLOAD, 0, 3, "", "0", GOES_IPSEC },
        { "*IPsecOffloadV2", "ipsec", "IPsec by the card", OFFLOAD, 0, 3, "", "0", GOES_IPSEC },
        { "*IPsecOffloadV2IPv4", "ipsec", "IPsec by the card", OFFLOAD, 0, 3, "", "0", GOES_IPSEC },
        { "*PriorityVLANTag", "vlan", "priority and VLAN tags", "off=0 priority=1 vlan=2 both=3 on=3", 0, 3, "3",
          NULL, "stays: whether the virtual port takes tags, only its host knows" },
        { "*HeaderDataSplit", "header-split", "headers and data apart", ON_OFF, 0, 1, "", NULL, "" },
        { "*ReceiveBuffers", "receive-buffers", "number of buffers", "", 0, 0, "", NULL, "" },
        { "*TransmitBuffers", "transmit-buffers", "number of buffers", "", 0, 0, "", NULL, "" },
        { "*WakeOnMagicPacket", "wake", "wake the machine", ON_OFF, 0, 1, "", NULL, "" },
        { "*WakeOnPattern", "wake", "wake the machine", ON_OFF, 0, 1, "", NULL, "" },
        { "*EEE", "eee", "energy saving Ethernet", ON_OFF, 0, 1, "", NULL, "" },
        { "*PMARPOffload", "sleep-offload", "answers for a sleeping machine", ON_OFF, 0, 1, "", NULL, "" },
        { "*PMNSOffload", "sleep-offload", "answers for a sleeping machine", ON_OFF, 0, 1, "", NULL, "" },
        { "NetworkAddress", "mac", "hardware address set by hand", "", 0, 0, "", "",
          "the virtual card would go on with the old machine's address, whatever its host gives it" },
};

size_t ow_keyword_rule_count(void)
{
        return OW_COUNT(rules);
}

const ow_keyword_rule *ow_keyword_rule_get(size_t index)
{
        return index < OW_COUNT(rules) ? &rules[index] : NULL;
}

const ow_keyword_rule *ow_keyword_rule_find(const char *name)
{
        for (size_t i = 0; i < OW_COUNT(rules); i++)
                if (ow_name_compare(rules[i].name, name) == 0)
                        return &rules[i];
        return NULL;
}
