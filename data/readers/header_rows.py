"""How many rows of a table are its header, told from what stands in them where the format does not say."""

import re
from collections.abc import Sequence

from .builder import CellText

_LABEL = re.compile(
    r"[^。；，,;]{0,16}(?:名称|全称|简称|目的|用途|场景|情形|类型|类别|种类|字段|范围|内容|方式|链接|网址|地址|官网|主体|机构|厂商"
    r"|开发者|提供[者方]|运营[者方]|接收方|合作方|第三方|序号|编号|说明|描述|备注|频率|时机|期限|依据|措施|电话|政策|协议|规则"
    r"|业务功能|功能模块|个人信息|收集的?信息|(?:所需|申请|涉及|系统|设备|调用)的?权限|No\.?|Name|Purpose|Type)(?:[（(][^（）()]{1,20}[)）])?"
    r"|(?:是否|有无|能否|可否)[^。；，,;]{1,10}"
    r"|(?:第三方|合作|关联|所属|归属|涉及|运营|开发|提供|服务|接收|SDK|者|方|的){0,3}公司",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"[^。；，,;]{0,12}(?:功能|服务|产品|模块|平台|系统|信息|数据|权限|操作|SDK|App)", re.IGNORECASE)
"""Ends of a column's title that are as often ends of what stands below it."""

_ACT = re.compile(r"(?:收集|获取|调用|申请|使用|处理|加工|存储|保存|传输|共享|提供|转让|公开|披露|删除)+")


def count_header_rows(rows: Sequence[Sequence[CellText]]) -> int:
    """Return how many rows from the top are the header: 0 where the first does not look like one.

    In a header every cell names a column, and the rows below are not headed by such names themselves, as those of a
    list of names and values are.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    titles = [_flat(cell.text) for cell in rows[0]]
    if not all(_names_column(title) for title in titles if title):
        return 0
    below = [_flat(row[0].text) for row in rows[1:] if row]
    headed = sum(1 for text in below if _LABEL.fullmatch(text))
    if not any(_LABEL.fullmatch(title) for title in titles) or headed > len(below) / 2:
        return 0
    deepest = max(cell.rows for cell in rows[0])
    return deepest if deepest < min(4, len(rows)) else 0


def _names_column(title: str) -> bool:
    """Say whether a text may be a column's title: a list of three and more is one of data, unless each is a title itself."""
    parts = title.split("、")
    if not (_LABEL.fullmatch(title) or _TOPIC.fullmatch(title)):
        return False
    return len(parts) < 3 or all(_LABEL.fullmatch(part) or _TOPIC.fullmatch(part) or _ACT.fullmatch(part) for part in parts)


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)
