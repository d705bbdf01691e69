/**
 * Every name of the IANA database (2025c), grouped by the abbreviations in use since 1970: `60CET` is the one at an
 * offset of 60 minutes, `120*CEST` that of daylight saving time. Where one offset had several, the latest counts. An
 * offset without an entry is standard time that is named after itself, `+0530`. Offsets at a given time come from Intl,
 * which has neither these abbreviations nor a way to tell daylight saving time.
 */
export const ZONE_NAMES = `
:
America/Asuncion America/Caracas America/Cayenne America/Coyhaique America/Eirunepe America/Guyana America/La_Paz
America/Paramaribo America/Porto_Acre America/Punta_Arenas America/Rio_Branco America/Santarem Antarctica/Casey
Antarctica/Davis Antarctica/DumontDUrville Antarctica/Mawson Antarctica/Syowa Asia/Aden Asia/Bahrain Asia/Bangkok
Asia/Brunei Asia/Chita Asia/Colombo Asia/Dili Asia/Dubai Asia/Ho_Chi_Minh Asia/Irkutsk Asia/Kabul Asia/Kashgar
Asia/Kathmandu Asia/Katmandu Asia/Khandyga Asia/Krasnoyarsk Asia/Kuala_Lumpur Asia/Kuching Asia/Kuwait Asia/Magadan
Asia/Muscat Asia/Omsk Asia/Phnom_Penh Asia/Qatar Asia/Qostanay Asia/Qyzylorda Asia/Rangoon Asia/Riyadh Asia/Saigon
Asia/Singapore Asia/Srednekolymsk Asia/Thimbu Asia/Thimphu Asia/Urumqi Asia/Ust-Nera Asia/Vientiane Asia/Vladivostok
Asia/Yakutsk Asia/Yangon Asia/Yekaterinburg Atlantic/Cape_Verde Atlantic/South_Georgia Brazil/Acre Etc/GMT+1
Etc/GMT+10 Etc/GMT+11 Etc/GMT+12 Etc/GMT+2 Etc/GMT+3 Etc/GMT+4 Etc/GMT+5 Etc/GMT+6 Etc/GMT+7 Etc/GMT+8 Etc/GMT+9
Etc/GMT-1 Etc/GMT-10 Etc/GMT-11 Etc/GMT-12 Etc/GMT-13 Etc/GMT-14 Etc/GMT-2 Etc/GMT-3 Etc/GMT-4 Etc/GMT-5 Etc/GMT-6
Etc/GMT-7 Etc/GMT-8 Etc/GMT-9 Indian/Chagos Indian/Christmas Indian/Cocos Indian/Kerguelen Indian/Mahe
Indian/Maldives Indian/Reunion Kwajalein Pacific/Bougainville Pacific/Chuuk Pacific/Enderbury Pacific/Fakaofo
Pacific/Funafuti Pacific/Gambier Pacific/Guadalcanal Pacific/Kanton Pacific/Kiritimati Pacific/Kosrae
Pacific/Kwajalein Pacific/Majuro Pacific/Marquesas Pacific/Nauru Pacific/Niue Pacific/Palau Pacific/Pitcairn
Pacific/Pohnpei Pacific/Ponape Pacific/Port_Moresby Pacific/Tahiti Pacific/Tarawa Pacific/Truk Pacific/Wake
Pacific/Wallis Pacific/Yap Singapore

0GMT:
Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar Africa/Freetown
Africa/Lome Africa/Nouakchott Africa/Ouagadougou Africa/Timbuktu Atlantic/Reykjavik Atlantic/St_Helena Etc/GMT
Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich GMT GMT+0 GMT-0 GMT0 Greenwich Iceland

180EAT:
Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu
Africa/Nairobi Indian/Antananarivo Indian/Comoro Indian/Mayotte

0WET 60CET 120*CEST:
Africa/Algiers Africa/Ceuta

60WAT:
Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Luanda
Africa/Malabo Africa/Niamey Africa/Porto-Novo

120CAT:
Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Kigali Africa/Lubumbashi Africa/Lusaka
Africa/Maputo

120EET 180*EEST:
Africa/Cairo Asia/Beirut Asia/Famagusta Asia/Gaza Asia/Hebron Asia/Nicosia EET Egypt Europe/Athens Europe/Bucharest
Europe/Helsinki Europe/Mariehamn Europe/Nicosia Europe/Sofia

0*+00:
Africa/Casablanca Africa/El_Aaiun

120SAST:
Africa/Johannesburg Africa/Maseru Africa/Mbabane

120CAT 180EAT:
Africa/Juba Africa/Khartoum

-44MMT 0GMT:
Africa/Monrovia

60WAT 120*WAST:
Africa/Ndjamena

0GMT 60WAT:
Africa/Sao_Tome

60CET 120EET:
Africa/Tripoli Libya

60CET 120*CEST:
Africa/Tunis Arctic/Longyearbyen Atlantic/Jan_Mayen CET Europe/Amsterdam Europe/Andorra Europe/Belgrade
Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar
Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris
Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo Europe/Skopje Europe/Stockholm
Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich Poland

60*WAT 120CAT:
Africa/Windhoek

-660BST -600HST -540*HDT:
America/Adak America/Atka US/Aleutian

-600AHST -540AKST -480*AKDT:
America/Anchorage US/Alaska

-240AST:
America/Anguilla America/Antigua America/Aruba America/Blanc-Sablon America/Curacao America/Dominica America/Grenada
America/Guadeloupe America/Kralendijk America/Lower_Princes America/Marigot America/Montserrat America/Port_of_Spain
America/Puerto_Rico America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent
America/Tortola America/Virgin

-120*-02:
America/Araguaina America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/ComodRivadavia
America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza
America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan America/Argentina/San_Luis
America/Argentina/Tucuman America/Argentina/Ushuaia America/Bahia America/Belem America/Buenos_Aires
America/Catamarca America/Cordoba America/Fortaleza America/Jujuy America/Maceio America/Mendoza America/Recife
America/Rosario America/Sao_Paulo Antarctica/Palmer Atlantic/Stanley Brazil/East

-300EST:
America/Atikokan America/Cayman America/Coral_Harbour America/Panama EST

-420MST -360CST -300*CDT:
America/Bahia_Banderas America/Chihuahua America/North_Dakota/Beulah America/North_Dakota/Center
America/North_Dakota/New_Salem America/Ojinaga

-240AST -180*ADT:
America/Barbados America/Glace_Bay America/Halifax America/Martinique America/Moncton America/Thule Atlantic/Bermuda
Canada/Atlantic

-360CST -300*CDT:
America/Belize America/Chicago America/Costa_Rica America/El_Salvador America/Guatemala America/Indiana/Knox
America/Knox_IN America/Managua America/Matamoros America/Menominee America/Merida America/Mexico_City
America/Monterrey America/Rainy_River America/Rankin_Inlet America/Resolute America/Tegucigalpa America/Winnipeg
CST6CDT Canada/Central Mexico/General US/Central US/Indiana-Starke

-180*-03:
America/Boa_Vista America/Campo_Grande America/Cuiaba America/Manaus America/Porto_Velho America/Santiago
Brazil/West Chile/Continental

-240*-04:
America/Bogota America/Guayaquil America/Lima

-420MST -360*MDT:
America/Boise America/Denver America/Edmonton America/Hermosillo America/Mazatlan America/Shiprock
America/Yellowknife Canada/Mountain MST7MDT Mexico/BajaSur Navajo US/Mountain

-420MST -360*MDT -300EST:
America/Cambridge_Bay

-360CST -300EST -240*EDT:
America/Cancun America/Indiana/Petersburg America/Indiana/Vincennes America/Indiana/Winamac America/Iqaluit
America/Kentucky/Monticello America/Pangnirtung

-420MST -360*MDT -300*CDT:
America/Ciudad_Juarez

-420MST:
America/Creston America/Phoenix MST US/Arizona

-120*-02 0GMT:
America/Danmarkshavn

-540YST -480PST -420MST:
America/Dawson

-480PST -420MST:
America/Dawson_Creek America/Fort_Nelson America/Whitehorse Canada/Yukon

-300EST -240*EDT:
America/Detroit America/Fort_Wayne America/Grand_Turk America/Indiana/Indianapolis America/Indiana/Marengo
America/Indiana/Vevay America/Indianapolis America/Jamaica America/Kentucky/Louisville America/Louisville
America/Montreal America/Nassau America/New_York America/Nipigon America/Port-au-Prince America/Thunder_Bay
America/Toronto Canada/Eastern EST5EDT Jamaica US/East-Indiana US/Eastern US/Michigan

-480PST -420*PDT:
America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver Canada/Pacific
Mexico/BajaNorte PST8PDT US/Pacific

-60*-01:
America/Godthab America/Noronha America/Nuuk Brazil/DeNoronha

-240AST -180*ADT -120*ADDT:
America/Goose_Bay

-300CST -240*CDT:
America/Havana Cuba

-360CST -300*CDT -240*EDT:
America/Indiana/Tell_City

-480PST -420MST -360*MDT:
America/Inuvik

-540AKST -480*AKDT -420*PDT:
America/Juneau America/Metlakatla America/Sitka

-240AST -120*-02:
America/Miquelon

-150*-0230 -120*-02 -90*-0130:
America/Montevideo

-660BST -600*BDT -540AKST -480*AKDT:
America/Nome

-360CST:
America/Regina Canada/Saskatchewan

-300EST -270*-0430 -240AST:
America/Santo_Domingo

-60*-01 0*+00:
America/Scoresbysund

-210NST -150*NDT -90*NDDT:
America/St_Johns Canada/Newfoundland

-420MST -360CST:
America/Swift_Current

-540AKST -480*AKDT:
America/Yakutat

600AEST 660*AEDT:
Antarctica/Macquarie Australia/ACT Australia/Brisbane Australia/Canberra Australia/Currie Australia/Hobart
Australia/Lindeman Australia/Melbourne Australia/NSW Australia/Queensland Australia/Sydney Australia/Tasmania
Australia/Victoria

720NZST 780*NZDT:
Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland

0-00:
Antarctica/Rothera Antarctica/Vostok Factory

120*+02:
Antarctica/Troll

420*+07:
Asia/Almaty Asia/Bishkek Asia/Dacca Asia/Dhaka

120EET:
Asia/Amman Asia/Damascus

780*+13 840*+14:
Asia/Anadyr

360*+06:
Asia/Aqtau Asia/Aqtobe Asia/Ashgabat Asia/Ashkhabad Asia/Atyrau Asia/Oral Asia/Samarkand

240*+04:
Asia/Baghdad

300*+05:
Asia/Baku Asia/Tbilisi Asia/Yerevan Europe/Astrakhan Europe/Samara Europe/Saratov Europe/Ulyanovsk Indian/Mauritius

480*+08:
Asia/Barnaul Asia/Hovd Asia/Novokuznetsk Asia/Novosibirsk Asia/Tomsk

330IST:
Asia/Calcutta Asia/Kolkata

540*+09:
Asia/Choibalsan Asia/Ulaanbaatar Asia/Ulan_Bator

480CST 540*CDT:
Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei PRC ROC

360*+06 420*+07:
Asia/Dushanbe Asia/Tashkent

480HKT 540*HKST:
Asia/Hong_Kong Hongkong

120EET 240*+04:
Asia/Istanbul Europe/Istanbul Turkey

420WIB:
Asia/Jakarta

540WIT:
Asia/Jayapura

120IST 180*IDT:
Asia/Jerusalem Asia/Tel_Aviv Israel

780*+13:
Asia/Kamchatka Pacific/Fiji

300PKT 360*PKST:
Asia/Karachi

480WITA:
Asia/Makassar Asia/Ujung_Pandang

480PST 540*PDT:
Asia/Manila

420WIB 480WITA:
Asia/Pontianak

510KST 540KST:
Asia/Pyongyang

720*+12:
Asia/Sakhalin Pacific/Efate Pacific/Noumea

540KST 600*KDT:
Asia/Seoul ROK

270*+0430 300*+05:
Asia/Tehran Iran

540JST:
Asia/Tokyo Japan

0*+00 60*WEST:
Atlantic/Azores

0WET 60*WEST:
Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira WET

570ACST 630*ACDT:
Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna

570ACST:
Australia/Darwin Australia/North

585*+0945:
Australia/Eucla

600AEST 660*+11 690*+1130:
Australia/LHI Australia/Lord_Howe

480AWST 540*AWDT:
Australia/Perth Australia/West

-300*-05:
Chile/EasterIsland Pacific/Easter Pacific/Galapagos

0*GMT 60IST:
Eire Europe/Dublin

0UTC:
Etc/UCT Etc/UTC Etc/Universal Etc/Zulu UCT UTC Universal Zulu

0GMT 60*BST:
Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/London GB GB-Eire

120EET 180*EEST 240*MSD:
Europe/Chisinau Europe/Kiev Europe/Kyiv Europe/Riga Europe/Tallinn Europe/Tiraspol Europe/Uzhgorod Europe/Zaporozhye

120EET 240*MSD:
Europe/Kaliningrad Europe/Minsk

180MSK 240MSK 300*+05:
Europe/Kirov

0WET 60*WEST 120*CEST:
Europe/Lisbon Portugal

120EET 180MSK 240MSK:
Europe/Moscow Europe/Simferopol W-SU

60CET 120EET 180*EEST 240*MSD:
Europe/Vilnius

180MSK 300*+05:
Europe/Volgograd

-600HST:
HST Pacific/Honolulu Pacific/Johnston US/Hawaii

60MET 120*MEST:
MET

825*+1345:
NZ-CHAT Pacific/Chatham

-600*-10 840*+14:
Pacific/Apia

600ChST 660*GDT:
Pacific/Guam Pacific/Saipan

-660SST:
Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa

720*+12 750*+1230:
Pacific/Norfolk

-570*-0930:
Pacific/Rarotonga

840*+14:
Pacific/Tongatapu
`;
