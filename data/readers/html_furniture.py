"""What of a page is no part of its policy: hidden text, form controls, menus, page headers and footers.

Every rule wants to be sure: what speaks of the policy's matters stays, wherever it stands.
"""

import re

from ..segmentation import MARKER
from .html_page import Element, Page, words

_MATTERS = re.compile(
    r"个人(?:信息|数据|资料|敏感)|隐私(?!政策|权?声明|协议|条款|指引|说明)|本(?:政策|协议|声明|指引|条款)|收集|权限|敏感|第三方|未成年|儿童|注销"
    r"|撤回|共享|SDK|Cookies?\b|personal (?:data|information)",
    re.IGNORECASE,
)
"""Words that hardly stand outside a policy's own text."""

_NAMES = re.compile(r"政策|协议|声明|条款|指引|规则|须知|说明|更新|生效|发布|修订|版本|日期|联系|邮箱|[0-9]{4}\s*[年./-]")
"""Words of a policy's head and end, which stand in menus, too."""

_IMPRINT = re.compile(r"©|copyright|版权|ICP[备证]|网安备|rights reserved|许可证", re.IGNORECASE)
_MENU_WORDS = re.compile(
    r"首页|主页|登录|登陆|注册|关于我们|联系我们|加入我们|下载|帮助中心|帮助|客服|产品中心|解决方案|新闻|招聘|网站地图|友情链接|官方论坛|社区|商城|购物车|分享|微博|微信|QQ空间|返回"
    r"|上一页|下一页|English|Home|Login|Sign"
)
_MENU_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|topbar|toolbar|login|share|social|pagination|pager|foot|footer|head"
    r"|header|copyright|links|sidebar)(?:$|[\s_-])"
)
_COOKIE_NAMES = re.compile(
    r"cookie\w*[\s_-]*(?:banner|consent|notice|bar|popup|modal|tips?|alert|dialog|law)|(?:gdpr|consent)[\s_-]*banner"
)
_OPENS_SECTION = re.compile(r"accordion|collaps|toggle|tab|panel|fold")
_PARTS = {"banner": "header", "contentinfo": "footer", "navigation": "nav", "complementary": "aside", "search": "search"}
_ARTICLES = frozenset({"article", "main", "role=article", "role=main", "js_content"})
_CONTROLS = frozenset({"button", "select", "optgroup", "option", "textarea", "label"})

_HIDDEN_POLICY = 100
_LONGEST_MENU = 200
_LONGEST_BANNER = 200
_LONGEST_LABEL = 12
"""All in characters that are not white space."""


def is_article(element: Element) -> bool:
    """Say whether an element holds the page's main text."""
    found = (element.tag, f"role={element.attributes.get('role')}", element.attributes.get("id"))
    return not _ARTICLES.isdisjoint(found)


def is_left_out(element: Element, page: Page, *, in_article: bool, in_form: bool, keep_hidden: bool) -> bool:
    """Say whether an element is no part of the policy. `keep_hidden` is for pages that show nothing without scripts."""
    if element.is_hidden or element.tag == "noscript":
        return not (_is_hidden_policy(element) or (keep_hidden and element.is_hidden)) if element.size else False
    if not element.attributes and not element.links and element.tag not in _CONTROLS and element.tag not in _PARTS.values():
        return False
    if element.tag in _CONTROLS:
        return _is_mere_control(element, in_form=in_form)
    part = _PARTS.get(element.attributes.get("role") or "", element.tag)
    if part in ("nav", "search"):
        return not _speaks_of_policy(element)
    if part in ("header", "footer", "aside"):
        at_place = part != "header" or page.is_at_edge(element)
        return not in_article and at_place and not _belongs_to_policy(element)
    return element.is_block and (_is_cookie_banner(element) or _is_menu(element, page))


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


def _is_cookie_banner(element: Element) -> bool:
    short = 0 < element.size <= _LONGEST_BANNER and not element.has_heading
    return short and bool(_COOKIE_NAMES.search(element.named()))


def _is_menu(element: Element, page: Page) -> bool:
    """Say whether a block at the edge of the page is a bar of links, or the imprint that stands below it."""
    if not 0 < element.size <= _LONGEST_MENU or element.has_heading or not page.is_at_edge(element):
        return False
    named = element.named()
    is_named = bool(_MENU_NAMES.search(named))
    if is_named and _IMPRINT.search(words(element, linked=True)):
        return not _speaks_of_policy(element)
    if not element.links or _speaks_of_policy(element):
        return False
    if "crumb" in named:
        return True
    if element.linked < element.size * (0.5 if is_named else 0.7) or _NAMES.search(words(element)):
        return False
    return is_named or (element.links > 1 and bool(_MENU_WORDS.search(words(element, linked=True))))
