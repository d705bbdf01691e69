/**
 * Every name of the IANA database (2025c), grouped by the abbreviations in use since 1970: `60CET` is the one at an
 * offset of 60 minutes, `120*CEST` that of daylight saving time, `240*MSD~1981-2010` one that came and went. An offset
 * without an entry is standard time that is named after itself, `+0530`. Offsets at a given time come from Intl, which
 * has neither these abbreviations nor a way to tell daylight saving time.
 */
export const ZONE_NAMES = `
: America/Caracas America/Cayenne America/Guyana America/La_Paz America/Paramaribo Antarctica/Casey Antarctica/Davis
  Antarctica/DumontDUrville Antarctica/Mawson Antarctica/Syowa Asia/Aden Asia/Bahrain Asia/Bangkok Asia/Brunei
  Asia/Colombo Asia/Dili Asia/Dubai Asia/Ho_Chi_Minh Asia/Kabul Asia/Kashgar Asia/Kathmandu Asia/Katmandu
  Asia/Kuala_Lumpur Asia/Kuching Asia/Kuwait Asia/Muscat Asia/Phnom_Penh Asia/Qatar Asia/Rangoon Asia/Riyadh
  Asia/Saigon Asia/Singapore Asia/Thimbu Asia/Thimphu Asia/Urumqi Asia/Vientiane Asia/Yangon Atlantic/Cape_Verde
  Atlantic/South_Georgia Etc/GMT+1 Etc/GMT+10 Etc/GMT+11 Etc/GMT+12 Etc/GMT+2 Etc/GMT+3 Etc/GMT+4 Etc/GMT+5 Etc/GMT+6
  Etc/GMT+7 Etc/GMT+8 Etc/GMT+9 Etc/GMT-1 Etc/GMT-10 Etc/GMT-11 Etc/GMT-12 Etc/GMT-13 Etc/GMT-14 Etc/GMT-2 Etc/GMT-3
  Etc/GMT-4 Etc/GMT-5 Etc/GMT-6 Etc/GMT-7 Etc/GMT-8 Etc/GMT-9 Indian/Chagos Indian/Christmas Indian/Cocos
  Indian/Kerguelen Indian/Mahe Indian/Maldives Indian/Reunion Kwajalein Pacific/Bougainville Pacific/Chuuk
  Pacific/Enderbury Pacific/Fakaofo Pacific/Funafuti Pacific/Gambier Pacific/Guadalcanal Pacific/Kanton
  Pacific/Kiritimati Pacific/Kosrae Pacific/Kwajalein Pacific/Majuro Pacific/Marquesas Pacific/Nauru Pacific/Niue
  Pacific/Palau Pacific/Pitcairn Pacific/Pohnpei Pacific/Ponape Pacific/Port_Moresby Pacific/Tahiti Pacific/Tarawa
  Pacific/Truk Pacific/Wake Pacific/Wallis Pacific/Yap Singapore
0GMT: Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar
  Africa/Freetown Africa/Lome Africa/Nouakchott Africa/Ouagadougou Africa/Timbuktu Atlantic/Reykjavik
  Atlantic/St_Helena Etc/GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich GMT GMT+0 GMT-0 GMT0 Greenwich Iceland
180EAT: Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala
  Africa/Mogadishu Africa/Nairobi Indian/Antananarivo Indian/Comoro Indian/Mayotte
0WET 60*WEST~1971-1980 60CET 120*CEST: Africa/Algiers
60WAT: Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Luanda
  Africa/Malabo Africa/Niamey Africa/Porto-Novo
120CAT: Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Kigali Africa/Lubumbashi Africa/Lusaka
  Africa/Maputo
120EET 180*EEST: Africa/Cairo Asia/Beirut Asia/Nicosia EET Egypt Europe/Athens Europe/Bucharest Europe/Helsinki
  Europe/Mariehamn Europe/Nicosia Europe/Sofia
0+00~-2018 0*+00 60*+01~1974-2018: Africa/Casablanca
0WET 60*WEST~1974-1978 60CET 120*CEST: Africa/Ceuta
0+00~1976-2018 0*+00 60*+01~1976-2018: Africa/El_Aaiun
120SAST: Africa/Johannesburg Africa/Maseru Africa/Mbabane
120CAT 180*CAST~-1985 180EAT: Africa/Juba Africa/Khartoum
-44MMT 0GMT: Africa/Monrovia
60WAT 120*WAST: Africa/Ndjamena
0GMT 60WAT: Africa/Sao_Tome
60CET 120*CEST~1982-2013 120EET: Africa/Tripoli Libya
60CET 120*CEST: Africa/Tunis Arctic/Longyearbyen Atlantic/Jan_Mayen CET Europe/Amsterdam Europe/Andorra
  Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Busingen Europe/Copenhagen
  Europe/Gibraltar Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo
  Europe/Paris Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo Europe/Skopje
  Europe/Stockholm Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich
  Poland
60*WAT 120SAST~-1990 120CAT: Africa/Windhoek
-660BST -600*BDT~-1983 -600AHST~1983-1983 -600HST -540*HDT: America/Adak America/Atka US/Aleutian
-600AHST -540*AHDT~-1983 -540YST~1983-1983 -540AKST -480*AKDT: America/Anchorage US/Alaska
-240AST: America/Anguilla America/Antigua America/Aruba America/Blanc-Sablon America/Curacao America/Dominica
  America/Grenada America/Guadeloupe America/Kralendijk America/Lower_Princes America/Marigot America/Montserrat
  America/Port_of_Spain America/Puerto_Rico America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas
  America/St_Vincent America/Tortola America/Virgin
-120*-02: America/Araguaina America/Bahia America/Belem America/Fortaleza America/Maceio America/Recife
  America/Sao_Paulo Brazil/East
-180*-03~1999-2000 -120*-02: America/Argentina/Buenos_Aires America/Argentina/Catamarca
  America/Argentina/ComodRivadavia America/Argentina/Cordoba America/Argentina/La_Rioja America/Argentina/Rio_Gallegos
  America/Argentina/Salta America/Argentina/San_Juan America/Argentina/Tucuman America/Argentina/Ushuaia
  America/Buenos_Aires America/Catamarca America/Cordoba America/Rosario
-180*-03~1990-2000 -120*-02: America/Argentina/Jujuy America/Argentina/Mendoza America/Jujuy America/Mendoza
-180*-03~1990-2009 -120*-02: America/Argentina/San_Luis
-180*-03~1975-2024: America/Asuncion
-300EST: America/Atikokan America/Cayman America/Coral_Harbour America/Panama EST
-420MST -360*MDT~1996-2009 -360CST -300*CDT: America/Bahia_Banderas
-240AST -180*ADT: America/Barbados America/Glace_Bay America/Halifax America/Martinique America/Moncton America/Thule
  Atlantic/Bermuda Canada/Atlantic
-360CST -300*CDT: America/Belize America/Chicago America/Costa_Rica America/El_Salvador America/Guatemala
  America/Matamoros America/Mexico_City America/Monterrey America/Rainy_River America/Tegucigalpa America/Winnipeg
  CST6CDT Canada/Central Mexico/General US/Central
-180*-03: America/Boa_Vista America/Campo_Grande America/Cuiaba America/Manaus America/Porto_Velho America/Santiago
  Brazil/West Chile/Continental
-240*-04: America/Bogota America/Guayaquil America/Lima
-420MST -360*MDT: America/Boise America/Denver America/Edmonton America/Hermosillo America/Mazatlan America/Shiprock
  America/Yellowknife Canada/Mountain MST7MDT Mexico/BajaSur Navajo US/Mountain
-420MST -360CST~1999-2001 -360*MDT -300*CDT~2000-2000 -300EST: America/Cambridge_Bay
-360CST -300*CDT~1996-2014 -300EST -240*EDT: America/Cancun
-420MST -360*MDT~1998-2022 -360CST -300*CDT: America/Chihuahua America/Ojinaga
-420MST -360CST~-2022 -360*MDT -300*CDT: America/Ciudad_Juarez
-180*-03~-2025: America/Coyhaique
-420MST: America/Creston America/Phoenix MST US/Arizona
-120*-02 0GMT: America/Danmarkshavn
-540YST -480PST -420*PDT~1980-2020 -420MST: America/Dawson
-480PST -420*PDT~-1972 -420MST: America/Dawson_Creek
-300EST -240*EDT: America/Detroit America/Fort_Wayne America/Indiana/Indianapolis America/Indiana/Vevay
  America/Indianapolis America/Jamaica America/Montreal America/Nassau America/New_York America/Nipigon
  America/Port-au-Prince America/Thunder_Bay America/Toronto Canada/Eastern EST5EDT Jamaica US/East-Indiana US/Eastern
  US/Michigan
-240*-04~1985-1994: America/Eirunepe
-480PST -420*PDT: America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver
  Canada/Pacific Mexico/BajaNorte PST8PDT US/Pacific
-480PST -420*PDT~-2014 -420MST: America/Fort_Nelson
-120*-02~1980-2022 -60*-01: America/Godthab America/Nuuk
-240AST -180*ADT -120*ADDT: America/Goose_Bay
-300EST -240AST~2015-2018 -240*EDT: America/Grand_Turk
-300CST -240*CDT: America/Havana Cuba
-360CST -300EST~1991-2006 -300*CDT: America/Indiana/Knox America/Knox_IN US/Indiana-Starke
-300*CDT~1974-1974 -300EST -240*EDT: America/Indiana/Marengo America/Kentucky/Louisville America/Louisville
-360CST -300*CDT~-2007 -300EST -240*EDT: America/Indiana/Petersburg
-360CST -300EST~-2006 -300*CDT -240*EDT: America/Indiana/Tell_City
-360CST -300*CDT~2006-2007 -300EST -240*EDT: America/Indiana/Vincennes
-360CST -300*CDT~2006-2006 -300EST -240*EDT: America/Indiana/Winamac
-480PST -420*PDT~1972-1978 -420MST -360*MDT: America/Inuvik
-360CST -300*CDT~2000-2000 -300EST -240*EDT: America/Iqaluit America/Pangnirtung
-540YST~1983-1983 -540AKST -480*YDT~1980-1980 -480PST~-1983 -480*AKDT -420*PDT: America/Juneau
-360CST -300*CDT~-2000 -300EST -240*EDT: America/Kentucky/Monticello
-360CST -300EST~1973-1996 -300*CDT: America/Managua
-360CST -300EST~-1973 -300*CDT: America/Menominee
-360CST -300EST~1981-1982 -300*CDT: America/Merida
-540AKST -480PST~-2019 -480*AKDT -420*PDT: America/Metlakatla
-240AST -120*-02: America/Miquelon
-150*-0230 -120*-02 -90*-0130: America/Montevideo
-660BST -600*BDT -540YST~1983-1983 -540AKST -480*AKDT: America/Nome
-60*-01: America/Noronha Brazil/DeNoronha
-420MST -360*MDT~-2010 -360CST -300*CDT: America/North_Dakota/Beulah
-420MST -360*MDT~-1992 -360CST -300*CDT: America/North_Dakota/Center
-420MST -360*MDT~-2003 -360CST -300*CDT: America/North_Dakota/New_Salem
-240*-04~1985-1988: America/Porto_Acre America/Rio_Branco Brazil/Acre
-180*-03~-2016: America/Punta_Arenas
-360CST -300EST~2000-2001 -300*CDT: America/Rankin_Inlet
-360CST: America/Regina Canada/Saskatchewan
-360CST -300EST~2000-2007 -300*CDT: America/Resolute
-180*-03~1985-1988: America/Santarem
-300EST -270*-0430 -240AST: America/Santo_Domingo
-60-01~1981-2024 -60*-01 0*+00: America/Scoresbysund
-540YST~1983-1983 -540AKST -480PST~-1983 -480*AKDT -420*PDT: America/Sitka
-210NST -150*NDT -90*NDDT: America/St_Johns Canada/Newfoundland
-420MST -360CST: America/Swift_Current
-480PST -420*PDT~1980-2020 -420MST: America/Whitehorse Canada/Yukon
-540YST~-1983 -540AKST -480*YDT~-1983 -480*AKDT: America/Yakutat
600AEST 660*AEDT: Antarctica/Macquarie Australia/ACT Australia/Brisbane Australia/Canberra Australia/Currie
  Australia/Hobart Australia/Lindeman Australia/Melbourne Australia/NSW Australia/Queensland Australia/Sydney
  Australia/Tasmania Australia/Victoria
720NZST 780*NZDT: Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland
-180*-03~1982-2016 -120*-02: Antarctica/Palmer
0-00: Antarctica/Rothera Antarctica/Vostok Factory
0-00~-2005 120*+02: Antarctica/Troll
360*+06~1991-1991 420*+07: Asia/Almaty
120EET 180*EEST~1973-2022: Asia/Amman
720*+12~1991-2010 780+13~-1982 780*+13 840*+14: Asia/Anadyr
300*+05~1991-2004 360+06~1981-1982 360*+06: Asia/Aqtau Asia/Atyrau
300*+05~1991-1991 360+06~1981-1982 360*+06: Asia/Aqtobe
300*+05~1991-1991 360*+06: Asia/Ashgabat Asia/Ashkhabad
240*+04: Asia/Baghdad
240*+04~1991-1992 300*+05: Asia/Baku
420*+07~1991-2010 480*+08: Asia/Barnaul Asia/Novokuznetsk Asia/Novosibirsk Asia/Tomsk
360*+06~1991-2005 420*+07: Asia/Bishkek
330IST: Asia/Calcutta Asia/Kolkata
540*+09~1991-1991 600*+10~1981-2010: Asia/Chita Asia/Yakutsk
540*+09: Asia/Choibalsan Asia/Ulaanbaatar Asia/Ulan_Bator
480CST 540*CDT: Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei PRC ROC
420*+07: Asia/Dacca Asia/Dhaka
120EET 180*EEST~-2022: Asia/Damascus
360+06~-1991 360*+06 420*+07: Asia/Dushanbe Asia/Tashkent
120EET 180+03~2016-2017 180*EEST: Asia/Famagusta
120IST~-1995 120EET 180*IDT~1974-1995 180*EEST: Asia/Gaza Asia/Hebron
480HKT 540*HKST: Asia/Hong_Kong Hongkong
480*+08: Asia/Hovd
480*+08~1991-1991 540*+09~1981-2010: Asia/Irkutsk
120EET 180*EEST~1973-2016 240*+04: Asia/Istanbul Europe/Istanbul Turkey
420WIB: Asia/Jakarta
540WIT: Asia/Jayapura
120IST 180*IDT: Asia/Jerusalem Asia/Tel_Aviv Israel
720*+12~1991-2010 780*+13: Asia/Kamchatka
300+05~-1971 300PKT 360*PKST: Asia/Karachi
540*+09~1991-1991 600*+10~1981-2003 660*+11~2004-2010: Asia/Khandyga
420*+07~1991-1991 480*+08~1981-2010: Asia/Krasnoyarsk
660*+11~1991-1991 720*+12~1981-2010: Asia/Magadan Asia/Srednekolymsk Asia/Ust-Nera
480WITA: Asia/Makassar Asia/Ujung_Pandang
480PST 540*PDT: Asia/Manila
360*+06~1991-1991 420*+07~1981-2010: Asia/Omsk
300*+05~1989-2004 360+06~1981-1982 360*+06: Asia/Oral
420WIB 480WITA: Asia/Pontianak
510KST 540KST: Asia/Pyongyang
300*+05~1991-1991 360*+06~1981-2004: Asia/Qostanay Asia/Qyzylorda
660*+11~1991-2010 720*+12: Asia/Sakhalin
360+06~1981-1982 360*+06: Asia/Samarkand
540KST 600*KDT: Asia/Seoul ROK
240*+04~1991-2004 300*+05: Asia/Tbilisi
270*+0430 300*+05: Asia/Tehran Iran
540JST: Asia/Tokyo Japan
600*+10~1991-1991 660*+11~1981-2010: Asia/Vladivostok
300*+05~1991-1991 360*+06~1981-2010: Asia/Yekaterinburg
240*+04~1991-1995 300*+05: Asia/Yerevan
0WET~1992-1993 0*+00 60*WEST: Atlantic/Azores
0WET 60*WEST: Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira WET
-180*-03~1985-2010 -120*-02: Atlantic/Stanley
570ACST 630*ACDT: Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna
570ACST: Australia/Darwin Australia/North
585*+0945: Australia/Eucla
600AEST 660*+11 690*+1130: Australia/LHI Australia/Lord_Howe
480AWST 540*AWDT: Australia/Perth Australia/West
-360*-06~-1982 -300*-05: Chile/EasterIsland Pacific/Easter
0*GMT 60IST: Eire Europe/Dublin
0UTC: Etc/UCT Etc/UTC Etc/Universal Etc/Zulu UCT UTC Universal Zulu
240*+04~1989-2010 300*+05: Europe/Astrakhan
0GMT 60BST~-1971 60*BST: Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/London GB GB-Eire
120EET 180MSK~-1990 180*EEST 240*MSD: Europe/Chisinau Europe/Kiev Europe/Kyiv Europe/Tiraspol Europe/Uzhgorod
  Europe/Zaporozhye
120EET 180MSK~-1989 180*EEST~1989-2010 240*MSD: Europe/Kaliningrad
180MSK 240+04~-1992 240*MSD~1989-2010 240MSK 300*+05: Europe/Kirov
0WET 60CET~-1996 60*WEST 120*CEST: Europe/Lisbon Portugal
120EET 180MSK~-1991 180*EEST~1991-2010 240*MSD: Europe/Minsk
120EET 180*EEST~1991-1991 180MSK 240*MSD~1981-2010 240MSK: Europe/Moscow W-SU
120EET 180MSK~-1989 180*EEST 240*MSD: Europe/Riga Europe/Tallinn
180*+03~1991-1991 240*+04~1989-2010 300*+05: Europe/Samara Europe/Ulyanovsk
240*+04~1988-2010 300*+05: Europe/Saratov
120EET 180*EEST~1992-2013 180MSK 240*MSD~1981-1996 240MSK: Europe/Simferopol
60CET 120*CEST~1998-1999 120EET 180MSK~-1989 180*EEST 240*MSD: Europe/Vilnius
180MSK 240*MSD~1988-2010 240MSK~2011-2014 300*+05: Europe/Volgograd
-600HST: HST Pacific/Honolulu Pacific/Johnston US/Hawaii
300*+05: Indian/Mauritius
60MET 120*MEST: MET
825*+1345: NZ-CHAT Pacific/Chatham
-600*-10 840*+14: Pacific/Apia
720*+12: Pacific/Efate Pacific/Noumea
780*+13: Pacific/Fiji
-300-05~-1985 -300*-05: Pacific/Galapagos
600GST~-2000 600ChST 660*GDT: Pacific/Guam Pacific/Saipan
-660SST: Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa
720*+12 750*+1230: Pacific/Norfolk
-570*-0930: Pacific/Rarotonga
840*+14: Pacific/Tongatapu
`;
