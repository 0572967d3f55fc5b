/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a service came with Windows, by its registry alone: the INF that installed it, where its texts and its file
 * lie, its name. Weaker evidence comes later. The company in its file, when that can be read, is stronger than any of
 * it (service-file.c).
 */
#include <string.h>
#include <strings.h>

#include "guest/services.h"

/* Names of Windows NT 4, 2000, XP and 2003, whose display names are plain text. */
static const char plain_names[] =
        "Abiosdsk abp480n5 ACPI ACPIEC adpu160m aec AFD Aha154x aic78u2 aic78xx Alerter ALG AliIde AppMgmt asc "
        "asc3350p asc3550 AsyncMac atapi Atdisk Atmarpc AudioSrv audstub Beep BITS Browser BusLogic cbidf2k "
        "cd20xrnt Cdaudio Cdfs Cdrom CertSvc Changer CiSvc ClipSrv ClusSvc CmdIde COMSysApp Cpqarray cpqarry2 "
        "cpqcissm cpqfcalm crcdisk CryptSvc dac2w2k dac960nt DcomLaunch DellSA Dfs DfsDriver Dhcp DHCPServer "
        "Disk Diskperf dmadmin dmboot dmio dmload dmserver DMusic DNS Dnscache Dot3svc dpti2o drmkaud EapHost "
        "ERSvc Eventlog EventSystem Fastfat FastUserSwitchingCompatibility Fax Fdc Fips Flpydisk FltMgr Fs_Rec "
        "Ftdisk Gpc helpsvc HidServ hkmsvc hpn HTTP HTTPFilter i2omgmt i2omp i8042prt IISADMIN Imapi "
        "ImapiService ini910u IntelIde Ip6Fw IpFilterDriver IpInIp IpNat IPSec IRENUM isapnp IsmServ Kbdclass "
        "kdc kmixer KSecDD lanmanserver lanmanworkstation lbrtfdc LicenseService LmHosts Messenger mnmdd "
        "mnmsrvc Modem Mouclass MountMgr mraid35x MRxDAV MRxSmb MSDTC Msfs MSIServer MSKSSRV MSPCLOCK MSPQM "
        "mssmbios Mup napagent NDIS NdisTapi Ndisuio NdisWan NDProxy NetBIOS NetBT NetDDE NetDDEdsdm NetDetect "
        "Netlogon Netman Nla Npfs Ntfs NtFrs NTDS NtLmSsp NtmsSvc Null NwlnkFlt NwlnkFwd NwlnkIpx NwlnkNb "
        "NwlnkSpx Parallel Parport PartMgr ParVdm PCI PCIDump PCIIde Pcmcia PDCOMP PDFRAME PDRELI PDRFRAME "
        "perc2 perc2hib PlugPlay PolicyAgent PptpMiniport Processor ProtectedStorage PSched Ptilink ql1080 "
        "Ql10wnt ql12160 ql1240 ql1280 RasAcd RasAuto Rasl2tp RasMan RasPppoe Raspti Rdbss RDPCDD rdpdr RDPWD "
        "Rdr RDSessMgr redbook RemoteAccess RemoteRegistry Replicator RpcLocator RpcSs RSVP sacsvr SamSs "
        "SCardSvr Schedule Scsiprnt Scsiscan Secdrv seclogon SENS serenum Serial Sermouse Sfloppy SharedAccess "
        "ShellHWDetection Simbad SMTPSVC SNMP SNMPTRAP Sparrow splitter Spooler sr srservice Srv SSDPSRV stisvc "
        "swenum swmidi SwPrv symc810 symc8xx sym_hi sym_u3 sysaudio SysmonLog TapiSrv Tcpip TDPIPE TDTCP TermDD "
        "TermService Themes TlntSvr TosIde TrkSvr TrkWks Udfs ultra Update upnphost UPS usbccgp usbehci usbhub "
        "usbohci USBSTOR usbuhci vds VgaSave VgaStart ViaIde VolSnap VSS W32Time W3SVC Wanarp Wdf01000 WDICA "
        "wdmaud WebClient WinHttpAutoProxySvc winmgmt WINS Winsock WmdmPmSN Wmi WmiApSrv WS2IFSL wscsvc "
        "wuauserv WZCSVC xmlprov ";

/* Of Windows Vista and newer, what still has a plain name. */
static const char later_names[] =
        "1394ohci AcpiPmi acpiex agp440 amdagp AmdK8 AmdPPM b06bdrv BrFiltLo BrFiltUp Brserid BrSerWdm BrUsbMdm "
        "BrUsbSer BTHMODEM circlass CldFlt CmBatt Compbatt CompositeBus condrv DXGKrnl E1G60 ebdrv ErrDev exfat "
        "gagp30kx GPIOClx0101 hcw85cir HDAudBus HidBatt HidBth HidIr HidUsb HwNClx0101 iaStorV intelppm "
        "iScsiPrt kbdhid ksthunk lltdio monitor mouhid mpio msdsm MTConfig NativeWifiP NdisCap NetAdapterCx "
        "nv_agp ohci1394 pcw PEAUTH PNPMEM Ramdisk RasAgileVpn rdpbus RdpVideoMiniport rdyboost rspndr sbp2port "
        "SerCx SerCx2 sffdisk sffp_mmc sffp_sd sisagp SpatialGraphFilter SpbCx spldr tcpip6 tcpipreg tunnel "
        "uagp35 UcmCx0101 UcmTcpciCx0101 Ucx01000 UdeCx Ufx01000 uliagpkx umbus UmPass UrsCx01000 usbcir "
        "usbprint vdrvroot viaagp ViaC7 volmgr WacomPen wdiwifi wdnsfltr WfpLwf WIMMount WindowsTrustedRT "
        "WmiAcpi Wof wpcfltr WudfPf ";

/* Folders outside of Windows' own that hold only what Microsoft makes; below any drive. */
static const char *const microsoft_folders[] = {
        ":\\Program Files\\Windows Defender",
        ":\\ProgramData\\Microsoft\\Windows Defender",
        ":\\Program Files\\Common Files\\Microsoft Shared",
        ":\\Program Files (x86)\\Common Files\\Microsoft Shared",
        ":\\Program Files\\Windows Media Player",
        ":\\Program Files\\Microsoft ",
        ":\\Program Files (x86)\\Microsoft ",
        ":\\Program Files\\Windows NT",
};

/* Owner, then display name, then description: the first "@x.inf" tells. 1 Windows' own, -1 not, 0 no INF. */
static int inf_tells(const char *text, const char **ret_evidence)
{
        const char *name = text[0] == '@' ? text + 1 : text, *end = strcasestr(name, ".inf");
        bool oem;

        if (!end || strpbrk(name, "\\/%") == name || (end[4] != '\0' && end[4] != ','))
                return 0;
        oem = strncasecmp(name, "oem", 3) == 0 && name[3] >= '0' && name[3] <= '9';
        *ret_evidence = oem ? "a driver package that was added (oem INF) installed it"
                            : "a driver package of Windows installed it";
        return oem ? -1 : 1;
}

/* names: each followed by a space. */
static bool is_listed(const char *names, const char *name)
{
        size_t size = strlen(name);

        for (; *names; names = strchr(names, ' ') + 1)
                if (strncasecmp(names, name, size) == 0 && names[size] == ' ')
                        return true;
        return false;
}

static bool in_windows(const ow_guest *guest, const char *file)
{
        size_t root = strlen(guest->root);

        return file[0] == guest->system_drive && file[1] == ':' && file[2] == '\\' &&
               guest_text_begins(file + 3, guest->root) && file[3 + root] == '\\';
}

static bool in_microsoft_folder(const char *file)
{
        for (size_t i = 0; i < OW_COUNT(microsoft_folders); i++)
                if (guest_text_begins(file + 1, microsoft_folders[i]))
                        return true;
        return false;
}

/* "@%SystemRoot%\system32\x.dll,-1": texts that Windows itself brings; also "@x.dll,-1", found by its search path. */
static bool has_windows_text(const char *text)
{
        static const char *const places[] = { "@%SystemRoot%\\", "@%windir%\\", "@C:\\Windows\\" };

        if (text[0] != '@' || !strstr(text, ",-"))
                return false;
        for (size_t i = 0; i < OW_COUNT(places); i++)
                if (guest_text_begins(text, places[i]))
                        return true;
        return !strpbrk(text, "\\/");
}

enum ow_service_origin guest_service_origin(const ow_guest *guest, const ow_service *s, const char **ret_evidence)
{
        const char *ignored, **evidence = ret_evidence ? ret_evidence : &ignored;
        const char *const texts[] = { s->owner, s->display_name, s->description };
        bool inside = s->image_kind == OW_IMAGE_NONE || in_windows(guest, s->file);

        for (size_t i = 0; i < OW_COUNT(texts); i++) {
                int told = inf_tells(texts[i], evidence);

                if (told)
                        return told > 0 ? OW_ORIGIN_MICROSOFT : OW_ORIGIN_OTHER;
        }
        if (s->image_kind == OW_IMAGE_FILE && !inside) {
                bool microsoft = in_microsoft_folder(s->file);

                *evidence = microsoft ? "its file lies in a folder of Microsoft's programs"
                                      : "its file lies outside of Windows' folder";
                return microsoft ? OW_ORIGIN_MICROSOFT : OW_ORIGIN_OTHER;
        }
        *evidence = "its texts and its file lie in Windows' folder";
        if (inside && has_windows_text(s->display_name))
                return OW_ORIGIN_MICROSOFT;
        *evidence = "its name is one of Windows' own";
        if (inside &&
            (guest_service_known(s->name) || is_listed(plain_names, s->name) || is_listed(later_names, s->name)))
                return OW_ORIGIN_MICROSOFT;
        if (inside && (s->type & OW_SERVICE_USER_INSTANCE) && strcasestr(s->image_path, "svchost")) {
                *evidence = "a user's copy of a service that svchost hosts";
                return OW_ORIGIN_MICROSOFT;
        }
        *evidence = "nothing tells whose it is";
        return OW_ORIGIN_UNKNOWN;
}

const char *ow_service_origin_name(enum ow_service_origin origin)
{
        static const char *const names[] = { "unknown", "microsoft", "other" };

        return (unsigned)origin < OW_COUNT(names) ? names[origin] : "?";
}
