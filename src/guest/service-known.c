/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of Windows' own services by name, NT 4 to 11: the network stack, the core that a first boot cannot do
 * without, what a domain controller is made of, and those that talk to other machines without a dependency that would
 * say so. Names that a version does not have do no harm.
 */

#include "guest/services.h"

static const struct guest_known_service known[] = {
        /* ---- the network stack: drivers ---- */
        { "Afd", GUEST_KNOWN_STACK, "the sockets driver" },
        { "Bowser", GUEST_KNOWN_STACK, "the driver of the computer browser" },
        { "CSC", GUEST_KNOWN_STACK, "the driver of offline files" },
        { "Dfsc", GUEST_KNOWN_STACK, "the DFS client driver" },
        { "Gpc", GUEST_KNOWN_STACK, "the packet classifier" },
        { "HTTP", GUEST_KNOWN_STACK, "the web server in the kernel" },
        { "IpFilterDriver", GUEST_KNOWN_STACK, "the IP filter driver" },
        { "IpNat", GUEST_KNOWN_STACK, "the address translation driver" },
        { "IPSec", GUEST_KNOWN_STACK, "the IPsec driver" },
        { "lltdio", GUEST_KNOWN_STACK, "the link-layer topology driver" },
        { "mpsdrv", GUEST_KNOWN_STACK, "the firewall driver" },
        { "MRxDAV", GUEST_KNOWN_STACK, "the WebDAV redirector" },
        { "MRxSmb", GUEST_KNOWN_STACK, "a network redirector" },
        { "MRxSmb10", GUEST_KNOWN_STACK, "a network redirector" },
        { "MRxSmb20", GUEST_KNOWN_STACK, "a network redirector" },
        { "Mup", GUEST_KNOWN_STACK, "the UNC provider" },
        { "NativeWifiP", GUEST_KNOWN_STACK, "the wireless driver" },
        { "NDIS", GUEST_KNOWN_STACK, "the library of network drivers" },
        { "NdisTapi", GUEST_KNOWN_STACK, "the telephony driver of remote access" },
        { "Ndisuio", GUEST_KNOWN_STACK, "the user-mode interface to network drivers" },
        { "NdisWan", GUEST_KNOWN_STACK, "the wide-area network driver" },
        { "Ndu", GUEST_KNOWN_STACK, "the network data usage driver" },
        { "NetBIOS", GUEST_KNOWN_STACK, "the NetBIOS driver" },
        { "NetBT", GUEST_KNOWN_STACK, "NetBIOS over TCP/IP" },
        { "nsiproxy", GUEST_KNOWN_STACK, "the driver of the network store" },
        { "NwlnkIpx", GUEST_KNOWN_STACK, "the IPX driver" },
        { "PSched", GUEST_KNOWN_STACK, "the packet scheduler" },
        { "RasAcd", GUEST_KNOWN_STACK, "the automatic dialling driver" },
        { "Rdbss", GUEST_KNOWN_STACK, "the base of network redirectors" },
        { "Rdr", GUEST_KNOWN_STACK, "a network redirector" },
        { "rspndr", GUEST_KNOWN_STACK, "the link-layer topology responder" },
        { "Smb", GUEST_KNOWN_STACK, "the SMB transport driver" },
        { "Srv", GUEST_KNOWN_STACK, "the driver of the file server" },
        { "srv2", GUEST_KNOWN_STACK, "the driver of the file server" },
        { "srvnet", GUEST_KNOWN_STACK, "the driver of the file server" },
        { "Tcpip", GUEST_KNOWN_STACK, "the TCP/IP driver" },
        { "Tcpip6", GUEST_KNOWN_STACK, "the IPv6 driver" },
        { "tcpipreg", GUEST_KNOWN_STACK, "the TCP/IP registry driver" },
        { "Tdx", GUEST_KNOWN_STACK, "the transport driver" },
        { "Wanarp", GUEST_KNOWN_STACK, "the IP driver of remote access" },
        { "Wanarpv6", GUEST_KNOWN_STACK, "the IPv6 driver of remote access" },
        { "WfpLwfs", GUEST_KNOWN_STACK, "the filter driver of the firewall" },
        { "WinNat", GUEST_KNOWN_STACK, "the address translation driver" },
        { "Ws2ifsl", GUEST_KNOWN_STACK, "a driver of Windows Sockets" },
        /* ---- the network stack: services ---- */
        { "6to4", GUEST_KNOWN_STACK, "IPv6 transition" },
        { "BFE", GUEST_KNOWN_STACK, "the filtering engine of the firewall" },
        { "Dhcp", GUEST_KNOWN_STACK, "the DHCP client" },
        { "Dnscache", GUEST_KNOWN_STACK, "the DNS client" },
        { "dot3svc", GUEST_KNOWN_STACK, "the configuration of wired adapters" },
        { "EapHost", GUEST_KNOWN_STACK, "authentication at network ports" },
        { "hns", GUEST_KNOWN_STACK, "host networking" },
        { "IKEEXT", GUEST_KNOWN_STACK, "the key exchange of IPsec" },
        { "iphlpsvc", GUEST_KNOWN_STACK, "the IP helper" },
        { "LanmanServer", GUEST_KNOWN_STACK, "the file server" },
        { "LanmanWorkstation", GUEST_KNOWN_STACK, "the client for Windows shares" },
        { "LmHosts", GUEST_KNOWN_STACK, "the NetBIOS helper" },
        { "MpsSvc", GUEST_KNOWN_STACK, "the firewall" },
        { "NcbService", GUEST_KNOWN_STACK, "the broker of network connections" },
        { "Netman", GUEST_KNOWN_STACK, "the list of network connections" },
        { "netprofm", GUEST_KNOWN_STACK, "the list of network profiles" },
        { "NetSetupSvc", GUEST_KNOWN_STACK, "the installer of network adapters" },
        { "Nla", GUEST_KNOWN_STACK, "network location awareness" },
        { "NlaSvc", GUEST_KNOWN_STACK, "network location awareness" },
        { "nsi", GUEST_KNOWN_STACK, "the network store" },
        { "PolicyAgent", GUEST_KNOWN_STACK, "the IPsec policy" },
        { "SharedAccess", GUEST_KNOWN_STACK, "the firewall and connection sharing" },
        { "Wcmsvc", GUEST_KNOWN_STACK, "the connection manager" },
        { "WinHttpAutoProxySvc", GUEST_KNOWN_STACK, "the search for a proxy" },
        { "WlanSvc", GUEST_KNOWN_STACK, "the configuration of wireless adapters" },
        { "WwanSvc", GUEST_KNOWN_STACK, "the configuration of mobile broadband" },
        { "WZCSVC", GUEST_KNOWN_STACK, "the configuration of wireless adapters" },
        /* ---- the core ---- */
        { "Appinfo", GUEST_KNOWN_CORE, "it starts programs with raised rights" },
        { "AppReadiness", GUEST_KNOWN_CORE, "the first logon waits for it" },
        { "AppXSvc", GUEST_KNOWN_CORE, "it serves the parts of the desktop" },
        { "BrokerInfrastructure", GUEST_KNOWN_CORE, "background tasks of Windows run in it" },
        { "COMSysApp", GUEST_KNOWN_CORE, "COM+ applications run in it" },
        { "CoreMessagingRegistrar", GUEST_KNOWN_CORE, "the parts of Windows talk through it" },
        { "CryptSvc", GUEST_KNOWN_CORE, "signatures of drivers are checked by it" },
        { "DcomLaunch", GUEST_KNOWN_CORE, "RPC and device installation need it" },
        { "DeviceAssociationService", GUEST_KNOWN_CORE, "devices are paired by it" },
        { "DeviceInstall", GUEST_KNOWN_CORE, "it installs devices" },
        { "dmadmin", GUEST_KNOWN_CORE, "dynamic disks need it" },
        { "dmserver", GUEST_KNOWN_CORE, "dynamic disks need it" },
        { "DsmSvc", GUEST_KNOWN_CORE, "it sets up new devices" },
        { "EventLog", GUEST_KNOWN_CORE, "it keeps the event logs" },
        { "EventSystem", GUEST_KNOWN_CORE, "COM+ events go through it" },
        { "gpsvc", GUEST_KNOWN_CORE, "it applies group policy at boot and logon" },
        { "KeyIso", GUEST_KNOWN_CORE, "it holds private keys" },
        { "LSM", GUEST_KNOWN_CORE, "it makes sessions" },
        { "MSDTC", GUEST_KNOWN_CORE, "it coordinates transactions" },
        { "msiserver", GUEST_KNOWN_CORE, "it installs and removes programs" },
        { "NetLogon", GUEST_KNOWN_CORE_NETWORK, "it logs on to the domain" },
        { "NtLmSsp", GUEST_KNOWN_CORE, "it is part of logon" },
        { "PlugPlay", GUEST_KNOWN_CORE, "it finds and installs devices" },
        { "Power", GUEST_KNOWN_CORE, "it applies power policy" },
        { "ProfSvc", GUEST_KNOWN_CORE, "it loads profiles at logon" },
        { "ProtectedStorage", GUEST_KNOWN_CORE, "it holds secrets of users" },
        { "RpcEptMapper", GUEST_KNOWN_CORE, "RPC needs it" },
        { "RpcSs", GUEST_KNOWN_CORE, "nearly everything talks by RPC" },
        { "SamSs", GUEST_KNOWN_CORE, "it holds the accounts" },
        { "Schedule", GUEST_KNOWN_CORE, "tasks of Windows run by it" },
        { "SecLogon", GUEST_KNOWN_CORE, "it starts programs as another user" },
        { "SENS", GUEST_KNOWN_CORE, "it tells programs of logons" },
        { "ShellHWDetection", GUEST_KNOWN_CORE, "it tells the desktop of new devices" },
        { "sppsvc", GUEST_KNOWN_CORE, "it keeps the licence of Windows" },
        { "StateRepository", GUEST_KNOWN_CORE, "the desktop needs it" },
        { "swprv", GUEST_KNOWN_CORE, "it makes shadow copies" },
        { "SystemEventsBroker", GUEST_KNOWN_CORE, "tasks of Windows are triggered by it" },
        { "TermService", GUEST_KNOWN_CORE, "it holds the sessions, and is the way in without a console" },
        { "TimeBrokerSvc", GUEST_KNOWN_CORE, "tasks of Windows are triggered by it" },
        { "TrustedInstaller", GUEST_KNOWN_CORE, "it installs parts of Windows" },
        { "UserManager", GUEST_KNOWN_CORE, "it manages the users of a session" },
        { "vds", GUEST_KNOWN_CORE, "it manages disks" },
        { "VSS", GUEST_KNOWN_CORE, "it makes shadow copies" },
        { "W32Time", GUEST_KNOWN_CORE_NETWORK, "it keeps the clock, which logon to a domain depends on" },
        { "Winmgmt", GUEST_KNOWN_CORE, "WMI: much of Windows asks it" },
        { "wudfsvc", GUEST_KNOWN_CORE, "drivers in user mode run by it" },
        /* ---- what a domain controller is made of; elsewhere the rules for any other service hold ---- */
        { "ADWS", GUEST_KNOWN_DC, "the web services of the directory" },
        { "Dfs", GUEST_KNOWN_DC, "DFS namespaces, by which SYSVOL is found" },
        { "DFSR", GUEST_KNOWN_DC, "the replication of SYSVOL" },
        { "DNS", GUEST_KNOWN_DC, "the DNS server, which the directory is found by" },
        { "IsmServ", GUEST_KNOWN_DC, "replication between sites" },
        { "kdc", GUEST_KNOWN_DC, "Kerberos: all logons of the domain" },
        { "KdsSvc", GUEST_KNOWN_DC, "keys of managed accounts" },
        { "NTDS", GUEST_KNOWN_DC, "the directory itself" },
        { "NtFrs", GUEST_KNOWN_DC, "the replication of SYSVOL" },
        /* ---- they talk to other machines, and their dependencies do not say so ---- */
        { "BITS", GUEST_KNOWN_NETWORK, "it transfers files from servers" },
        { "ClusSvc", GUEST_KNOWN_NETWORK, "it talks to the other nodes of the cluster" },
        { "DiagTrack", GUEST_KNOWN_NETWORK, "it sends telemetry to Microsoft" },
        { "DoSvc", GUEST_KNOWN_NETWORK, "it fetches updates from servers and neighbours" },
        { "MapsBroker", GUEST_KNOWN_NETWORK, "it fetches maps from servers" },
        { "OneSyncSvc", GUEST_KNOWN_NETWORK, "it synchronises accounts with servers" },
        { "RasMan", GUEST_KNOWN_NETWORK, "it dials into other networks" },
        { "SNMP", GUEST_KNOWN_NETWORK, "it answers and sends SNMP" },
        { "SNMPTRAP", GUEST_KNOWN_NETWORK, "it receives SNMP traps" },
        { "UsoSvc", GUEST_KNOWN_NETWORK, "it asks servers for updates" },
        { "WpnService", GUEST_KNOWN_NETWORK, "it keeps a connection to Microsoft's push servers" },
        { "wuauserv", GUEST_KNOWN_NETWORK, "it asks servers for updates" },
};

/* Groups of drivers that the network stack is made of. Services also stand in some of them, and are told by name. */
static const char *const network_groups[] = {
        "NDIS", "NDIS Wrapper", "NetBIOSGroup", "Network", "NetworkProvider", "PNP_TDI", "TDI",
};


const struct guest_known_service *guest_service_known(const char *name)
{
        for (size_t i = 0; i < OW_COUNT(known); i++)
                if (guest_text_equal(known[i].name, name))
                        return &known[i];
        return NULL;
}

bool guest_service_network_group(const char *group)
{
        for (size_t i = 0; i < OW_COUNT(network_groups); i++)
                if (guest_text_equal(network_groups[i], group))
                        return true;
        return false;
}
