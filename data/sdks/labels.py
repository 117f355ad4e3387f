"""What the labels of SDK lists mean: `使用目的`, `收集的个人信息类型`, `隐私政策链接` and their many spellings."""

import re
from typing import Literal

from ..segmentation import MARKER

Field = Literal["name", "party", "owner", "purpose", "items", "policy", "site", "platform", "service", "other"]
"""What a label announces.

`party` is a name where an SDK is named and an owner where none is; `items` are data types and permissions; `policy` is the
link of a privacy policy, `site` any other; `service` is the kind of service, a purpose where no other is told; what stands
under `other` is no part of a record.
"""

_LONGEST = 24
"""Characters of a label, marker and brackets left out."""

_PROVIDER = (
    "公司|主体|厂商|机构|企业|单位|供应商|合作伙伴|所属|来源|控制者|处理者"
    "|(?:提供|开发|运营|服务|合作|接收|收集|受托|归属|责任)(?:方|者|商)"
)
_OF_AN_SDK = "SDK|插件|第三方|使用|应用|业务|服务|产品|相关|主要|提供|实现|涉及|对应|适用|具体|接入"
"""What stands before 功能 in a label; others name a function and head a section (`支付功能：`)."""

_LABELS: tuple[tuple[Field, str], ...] = (
    (
        "policy",
        r".*隐私(?:权|保护)?(?:政策|协议|声明|条款|指引|指南|链接|权限|说明|规则|网址|地址|保护).*"
        r"|.*个人信息(?:保护|处理)(?:规则|政策|声明|说明).*",
    ),
    ("name", r".*(?:SDK|插件|组件|工具包|开发包|产品|服务)的?(?:中文|英文)?(?:名称|名字|名)(?:[/及和].*)?"),
    (
        "purpose",
        rf"(?:.*(?:目的|用途)|(?:.*(?:{_OF_AN_SDK})的?)?(?:功能|场景|作用))(?:描述|说明|介绍|概述|类型|[/及和与、或].{{1,8}})?",
    ),
    (
        "other",
        r"(?:是否|有无).*|(?:类型|类别|分类)"
        r"|.*(?:方式|频率|频次|期限|时间|时机|地域|电话|邮箱|包名|版本号?|序号|编号|备注|必要性|(?:注册|办公|联系)地址)",
    ),
    ("service", r"(?:第三方)?(?:SDK)?(?:服务|业务|产品|SDK)的?(?:类型|类别|分类)"),
    ("owner", rf"(?!.*有限公司).*(?:{_PROVIDER})的?(?:公司)?(?:名称|全称|信息|名)?"),
    ("site", r".*(?:链接|官网|网址|URL|网站|网页|服务协议|服务条款|用户协议)(?:地址)?|.*(?:协议|政策)地址"),
    ("platform", r"(?:适用|应用|涉及|支持|使用|接入|运行|所属)?的?(?:手机)?(?:系统)?(?:平台|操作系统|系统|客户端|终端|端)"),
    (
        "items",
        r".*(?:信息|数据|权限|字段|(?:收集|采集|获取|共享|处理)的?(?:内容|范围|类型|类别))"
        r"的?(?:名称|类型|种类|类别|字段|内容|范围|获取|收集|列表|清单)*(?:[/及和与、].{1,8})?(?:包括|包含|有|为|如下)?",
    ),
    ("party", r"(?:使用|接入|涉及|集成|嵌入)?的?(?:第三方|合作方)?(?:SDK|插件|组件|服务)?(?:名称)?"),
)
"""Labels by field, each a whole label; the first that matches decides."""

_PATTERNS: tuple[tuple[Field, re.Pattern[str]], ...] = tuple(
    (field, re.compile(words, re.IGNORECASE)) for field, words in _LABELS
)
_NO_LABEL = re.compile(r"我们|如何|怎样|以下|如下.|了|[，。；;！？!?]")
_BRACKETED = re.compile(r"[（(][^（()）]*[)）]")
_DRESS = re.compile(r"[\s*#【】\[\]“”\"'‘’「」『』《》•·●○■◆▪➢>-]+")


def field_of(label: str) -> Field | None:
    """Return what a label announces, or None where it is no label of an SDK list.

    White space, list marker, quotes and what stands in brackets do not matter.
    """
    label = label.strip()
    marker = MARKER.match(label)
    bare = _DRESS.sub("", _BRACKETED.sub("", label[marker.end() :] if marker else label))
    if not 0 < len(bare) <= _LONGEST or _NO_LABEL.search(bare):
        return None
    return next((field for field, pattern in _PATTERNS if pattern.fullmatch(bare)), None)
