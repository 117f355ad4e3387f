"""What of a page is no part of its policy: hidden text, form controls, menus, page headers and footers.

Every rule wants to be sure: what speaks of the policy's matters stays, wherever it stands.
"""

import re
from typing import Literal

from ..segmentation import MARKER
from .html_page import Element, Page, words

Place = Literal["", "main", "article", "table"]
"""Where in a page: outside its main part, in that, in an article, in a table of data."""

_MATTERS = re.compile(
    r"个人(?:信息|数据|资料|敏感)|隐私(?!政策|权?声明|协议|条款|指引|说明)|本(?:政策|协议|声明|指引|条款)|收集|权限|敏感|第三方|未成年|儿童|注销"
    r"|撤回|共享|SDK|Cookies?\b|personal (?:data|information)",
    re.IGNORECASE,
)
"""Words that hardly stand outside a policy's own text."""

_NAMES = re.compile(
    r"政策|协议|声明|条款|指引|规则|须知|说明|更新|生效|发布|修订|版本|日期|联系|邮箱|名称|用途|目的|[0-9]{4}\s*[年./-]"
)
"""Words of a policy's head, end and tables, which stand in menus, too."""

_IMPRINT = re.compile(r"©|copyright|版权|ICP[备证]|网安备|rights reserved|许可证", re.IGNORECASE)
_MENU_WORDS = re.compile(
    r"首页|主页|登录|登陆|注册|关于我们|联系我们|加入我们|下载|帮助中心|帮助|客服|产品中心|解决方案|新闻|招聘|网站地图|友情链接|官方论坛|社区|商城|购物车|分享|微博|微信|QQ空间|返回"
    r"|上一页|下一页|English|Home|Login|Sign"
)
_BAR = re.compile(r"(?:(?:您|你)?(?:现在|当前|目前|所在)?的?位置|友情链接|分享到?|关注我们)\s*[:：]")
"""How bars of links begin that have a label."""
_TRIFLE = re.compile(
    r"(?:(?:(?:今日|累计|总|本页)?(?:访问|浏览|阅读|点击)(?:量|次数|人数|数)?[:：]?\s*[0-9][0-9,.万+]*次?\s*)+"
    r"|(?:返回|回到)(?:顶部|页首|首页|上一页)|打印(?:本页)?|关闭(?:窗口|本页)?)"
)
_ANNEX = re.compile(r"[《》]|附|清单|目录|列表")
"""Names of documents that belong to a policy, however much a list of them looks like a menu."""
_MENU_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|topbar|toolbar|login|share|social|pagination|pager|foot|footer|head"
    r"|header|copyright|links|sidebar)(?:$|[\s_-])"
)
_COOKIE_NAMES = re.compile(
    r"cookie\w*[\s_-]*(?:banner|consent|notice|bar|popup|modal|tips?|alert|dialog|law)|(?:gdpr|consent)[\s_-]*banner"
)
_OPENS_SECTION = re.compile(r"accordion|collaps|toggle|tab|panel|fold")
_PARTS = {"banner": "header", "contentinfo": "footer", "navigation": "nav", "complementary": "aside", "search": "search"}
_CONTROLS = frozenset({"button", "select", "optgroup", "option", "textarea", "label"})

_HIDDEN_POLICY = 100
_LONGEST_MENU = 200
_LONGEST_LABEL = 12
_LONGEST_TRIFLE = 40
_LONGEST_LINK = 8
"""All in characters that are not white space."""


def place_of(element: Element) -> Place:
    """Return the part of the page that an element marks."""
    role = element.attributes.get("role")
    if element.tag == "article" or role == "article" or element.attributes.get("id") == "js_content":
        return "article"
    return "main" if element.tag == "main" or role == "main" else ""


def is_left_out(element: Element, page: Page, place: Place, *, in_form: bool, keep_hidden: bool) -> bool:
    """Say whether an element is no part of the policy. `keep_hidden` is for pages that show nothing without scripts."""
    if element.is_hidden or element.tag == "noscript":
        return not (_is_hidden_policy(element) or (keep_hidden and element.is_hidden)) if element.size else False
    if element.tag in _CONTROLS:
        return _is_mere_control(element, in_form=in_form)
    if place == "table":
        return False
    part = _PARTS.get(element.attributes.get("role") or "", element.tag)
    if part in ("nav", "search"):
        return not _speaks_of_policy(element)
    if part in ("header", "footer", "aside"):
        return _is_apart(element, part, page, place) and not _belongs_to_policy(element)
    if not element.is_block or not 0 < element.size <= _LONGEST_MENU or element.has_heading:
        return False
    return _is_cookie_banner(element) or (page.is_at_edge(element) and (_is_trifle(element) or _is_menu(element)))


def _is_hidden_policy(element: Element) -> bool:
    """Say whether so much of a policy is hidden that it lies in a section folded away, which scripts unfold."""
    return element.size - element.linked >= _HIDDEN_POLICY and bool(_MATTERS.search(words(element)))


def _is_mere_control(element: Element, *, in_form: bool) -> bool:
    if element.tag == "textarea":
        return not _is_hidden_policy(element)
    if element.tag in ("select", "optgroup", "option"):
        return True
    if element.tag == "label":
        return in_form and not _is_title(element)
    opens = {"aria-expanded", "aria-controls", "data-toggle", "data-bs-toggle"} & set(element.attributes)
    return not (opens or _OPENS_SECTION.search(element.named()) or element.has_heading or _is_title(element))


def _is_title(element: Element) -> bool:
    """Say whether a label or button bears a title of the policy's: tabs and folded sections are opened with them."""
    text = words(element, linked=True)
    return bool(_MATTERS.search(text) or MARKER.match(text) or (element.tag == "button" and element.size > _LONGEST_LABEL))


def _speaks_of_policy(element: Element) -> bool:
    text = words(element)
    return bool(_MATTERS.search(text) or ("。" in text and not _IMPRINT.search(text)))


def _belongs_to_policy(element: Element) -> bool:
    if _speaks_of_policy(element):
        return True
    text = words(element)
    if MARKER.match(text) or (element.has_heading and text and element.tag == "header"):
        return True
    return bool(_NAMES.search(text)) and not _IMPRINT.search(text)


def _is_apart(element: Element, part: str, page: Page, place: Place) -> bool:
    """Say whether a header, footer or aside is one of the page, not of its article."""
    if part == "aside":
        return not place or (place == "main" and element.links > 0)
    return not place and (part == "footer" or page.is_at_edge(element))


def _is_cookie_banner(element: Element) -> bool:
    return bool(element.attributes and _COOKIE_NAMES.search(element.named()))


def _is_trifle(element: Element) -> bool:
    return element.size <= _LONGEST_TRIFLE and bool(_TRIFLE.fullmatch(words(element, linked=True)))


def _is_menu(element: Element) -> bool:
    """Say whether a block is a bar of links, or the imprint of the page."""
    named = element.named()
    is_named = bool(_MENU_NAMES.search(named))
    if is_named and _IMPRINT.search(words(element, linked=True)):
        return not _speaks_of_policy(element)
    if not element.links or _speaks_of_policy(element):
        return False
    text, label = words(element, linked=True), words(element)
    if "crumb" in named or _BAR.match(label):
        return True
    if element.linked < element.size * (0.5 if is_named else 0.7) or element.has_titles:
        return False
    if _NAMES.search(label) or _ANNEX.search(text) or MARKER.match(text):
        return False
    is_menu = element.links > 2 and element.size <= element.links * _LONGEST_LINK and not _MATTERS.search(text)
    return is_named or is_menu or (element.links > 1 and bool(_MENU_WORDS.search(text)))
