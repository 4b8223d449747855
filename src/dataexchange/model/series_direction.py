"""Whether high or low values of a series are the good ones: what measures against the best group need to know.

A code list says it by the annotation BETTER ("high" or "low") of the series; an adapted series that says nothing has it from the
global one that it stands for. Of global series whose list says nothing the table below tells, where there is no doubt: what is wanted
of a share of manufacturing or of a growth of land use is not for us to say.
"""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.model.inequality import Better
from dataexchange.model.series_notes import global_series, notes
from dataexchange.model.structure import Item

_LOW = frozenset(
    (
        *("SI_POV_NAHC", "SI_POV_NMPI", "SI_POV_DAY1", "SI_POV_50MI", "VC_DSR_MTMP", "VC_DSR_DAFF", "AG_PRD_FIESMS"),
        *("AG_PRD_FIESS", "SH_STA_STNT", "SH_STA_WAST", "SH_STA_ANEM", "SH_STA_MORT", "SH_DYN_MORT", "SH_DYN_NMRT"),
        *("SH_DYN_IMRT", "SH_HIV_INCD", "SH_TBS_INCD", "SH_DTH_NCOM", "SH_STA_SCIDE", "SH_STA_TRAF", "SP_DYN_ADKL"),
        *("SH_STA_ASAIRP", "SH_XPD_EARN10", "VC_VAW_MARR", "SL_TLF_UEM", "SL_TLF_NEET", "SL_EMP_FTLINJUR"),
        *("VC_VOV_GDSD", "EN_LND_SLUM", "EN_ATM_PM25", "VC_VOH_SXPH", "AG_FOOD_WST_PC", "VC_IHR_PSRC", "VC_VOV_PHYL"),
        "IU_COR_BRIB",
    )
)
_HIGH = frozenset(
    (
        *("SI_COV_BENFTS", "SP_ACS_BSRVH2O", "SP_ACS_BSRVSAN", "SP_ACS_BSRV", "SP_LGL_LNDSTR", "SH_STA_BRTC"),
        *("SH_ACS_DTP3", "SE_TOT_PRFL", "SE_TOT_CPLR", "SE_PRE_PARTN", "SE_ADT_EDUCTRN", "SE_ADT_ACTS", "SH_H2O_SAFE"),
        *("SH_SAN_SAFE", "SH_SAN_HNDWSH", "EN_WWT_WWDS", "EG_ACS_ELEC", "EG_EGY_CLEAN", "SL_EMP_EARN", "IT_MOB_4GNTWK"),
        *(
            "IT_NET_BBND",
            "IT_USE_II99",
            "SP_TRN_PUBL",
            "EN_REF_COLDIS",
            "EN_REF_WASCOL",
            "EN_URB_OPENSP",
            "VC_SNS_WALN",
        ),
        *("IU_DMK_ICRS", "SG_REG_BRTH"),
    )
)


def better(code: str, codes: Mapping[str, Item]) -> Better | None:
    """None where nobody says."""
    origin = global_series(codes.get(code))
    for one in (code, origin):
        if one is None:
            continue
        said = notes(codes.get(one), "BETTER")
        if said and said[0] in tuple(Better):
            return Better(said[0])
        if one in _LOW or one in _HIGH:
            return Better.LOW if one in _LOW else Better.HIGH
    return None
