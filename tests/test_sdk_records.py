"""SDK records in the manners of real policies; every occurrence of a word of `WORDS` is taken for tagged."""

import re
import time
from dataclasses import replace

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from tiaokuan.annotations.evaluation import evaluate
from tiaokuan.annotations.gold import as_document, read_gold
from tiaokuan.annotations.metrics import Counts
from tiaokuan.data.document import Document, Sentence
from tiaokuan.data.readers.builder import Builder, CellText
from tiaokuan.data.readers.policy import read_policy
from tiaokuan.data.readers.text import read_text, text_document
from tiaokuan.data.record import Entity, LabelledSentence, Record
from tiaokuan.data.sdks import sdk_records
from tiaokuan.data.segmentation import segment
from tiaokuan.data.taxonomy import CATEGORIES
from tiaokuan.models import pipeline
from tiaokuan.models.prediction import EntitySpan, Prediction
from tiaokuan.models.settings import Settings

WORDS = {
    "SDK": "友盟SDK 友盟+SDK 极光推送SDK 极光推送 JPush 高德地图SDK 百度地图 微信SDK 微信支付 QQ分享 支付宝SDK Bugly 神策分析 "
    "个推 LinkedMe 华为推送 小米推送",
    "DATA_TYPE": "IMEI MAC地址 设备信息 位置信息 手机号码 昵称 头像 网络类型 日志信息 安装列表 订单信息",
    "PERMISSION": "相机权限 存储权限 相机 麦克风 位置 电话权限",
}
UMENG = "友盟同欣（北京）科技有限公司"
POLICY = "https://www.umeng.com/page/policy"


def tag(text: str) -> list[Entity]:
    """Tag every word, the longest first, so that 位置 in 位置信息 is none of its own."""
    kinds = {word: kind for kind, words in WORDS.items() for word in words.split()}
    pattern = "|".join(re.escape(word) for word in sorted(kinds, key=len, reverse=True))
    return [Entity(*match.span(), kinds[match.group()]) for match in re.finditer(pattern, text)]


def told(document: Document, entities: list[Entity] | None = None) -> list[dict]:
    """The records in words: only what they hold, 不 before what is denied; `text` is what they stretch over."""
    entities = tag(document.text) if entities is None else entities
    return [words(document.text, entities, sdk) for sdk in sdk_records(document, segment(document), entities)]


def words(text: str, entities: list[Entity], sdk) -> dict:
    def entity(index: int) -> str:
        return text[entities[index].start : entities[index].end]

    shown = {"name": entity(sdk["name"]), "text": text[sdk["start"] : sdk["end"]]}
    for field in ("owner", "link"):
        if sdk[field]:
            shown[field] = text[slice(*sdk[field])]
    if sdk["purpose"]:
        shown["purpose"] = [text[slice(*pair)] for pair in sdk["purpose"]]
    for field in ("data_types", "permissions"):
        if sdk[field]:
            shown[field] = [("不" if item["denied"] else "") + entity(item["entity"]) for item in sdk[field]]
    if sdk["platform"]:
        shown["platform"] = sdk["platform"]
    return shown


def without_text(records: list[dict]) -> list[dict]:
    return [{key: value for key, value in record.items() if key != "text"} for record in records]


def in_text(text: str) -> list[dict]:
    return told(text_document(text, id="p"))


# Labelled values

UMENG_RECORD = {
    "name": "友盟SDK",
    "owner": UMENG,
    "link": POLICY,
    "purpose": ["统计分析"],
    "data_types": ["IMEI", "MAC地址"],
}


@pytest.mark.parametrize(
    "text",
    [
        f"SDK名称：友盟SDK\n使用目的：统计分析\n收集信息：IMEI、MAC地址\n公司名称：{UMENG}\n隐私政策链接：{POLICY}",
        f"第三方SDK名称:友盟SDK\n功能:统计分析。\n收集数据:IMEI,MAC地址.\nSDK主体:{UMENG}。\n隐私政策: {POLICY}",
        f"1、使用 SDK 名称：友盟SDK\n所属公司：{UMENG}\nSDK用途：用于统计分析\n采集字段：IMEI/MAC地址\n隐私协议地址：{POLICY}",
        f"- **SDK名称：** 友盟SDK\n- **场景描述：** 统计分析\n- **信息：** IMEI、MAC地址\n- 开发者：{UMENG}\n- 官网：{POLICY}",
        f"SDK名称：友盟SDK；使用目的：统计分析；收集信息：IMEI、MAC地址；公司名称：{UMENG}；隐私政策：{POLICY}。",
        f"SDK名称:友盟SDK 使用目的:统计分析 收集数据:IMEI、MAC地址 公司:{UMENG} 链接:{POLICY}",
        f"【第三方名称】友盟SDK\n【使用目的】统计分析\n【个人信息类型】IMEI、MAC地址\n【运营方】{UMENG}\n【隐私政策】{POLICY}",
        f"第三方SDK：友盟SDK（{UMENG}）\n用途：统计分析\n涉及个人信息：IMEI、MAC地址\n隐私权政策链接：{POLICY}",
        f"SDK名称：\n友盟SDK\n使用目的：\n统计分析\n收集数据：\nIMEI、MAC地址\n提供方：\n{UMENG}\n官网链接：\n{POLICY}",
        f"（1）友盟SDK\n使用目的：统计分析\n收集个人信息的类型：IMEI、MAC地址\n第三方机构名称：{UMENG}\n隐私政策链接：{POLICY}",
        f"友盟SDK：\n服务类型：统计分析\n收集个人信息类型：IMEI、MAC地址\n收集方式：SDK采集\nSDK：{UMENG}及其关联公司\n政策：无\n链接：{POLICY}",
    ],
)
def test_labelled_values_in_many_spellings(text):
    (record,) = in_text(text)
    assert record == UMENG_RECORD | {"text": text}


def test_every_name_label_begins_a_record_that_ends_with_its_labels():
    text = (
        "SDK名称：友盟SDK\n使用目的：统计\n收集信息：IMEI\nSDK名称：极光推送（JPush）\n使用目的：推送\n申请权限：存储权限、电话权限\n"
        "以上为全部SDK。我们还会收集您的手机号码。"
    )
    assert in_text(text) == [
        {
            "name": "友盟SDK",
            "text": "SDK名称：友盟SDK\n使用目的：统计\n收集信息：IMEI",
            "purpose": ["统计"],
            "data_types": ["IMEI"],
        },
        {
            "name": "极光推送",
            "text": "SDK名称：极光推送（JPush）\n使用目的：推送\n申请权限：存储权限、电话权限",
            "purpose": ["推送"],
            "permissions": ["存储权限", "电话权限"],
        },
    ]


def test_a_name_that_was_not_tagged_keeps_its_values_to_itself():
    text = "SDK名称：友盟SDK\n使用目的：统计\nSDK名称：某某组件\n使用目的：推送\n收集信息：IMEI\nSDK名称：个推\n使用目的：推送"
    assert without_text(in_text(text)) == [{"name": "友盟SDK", "purpose": ["统计"]}, {"name": "个推", "purpose": ["推送"]}]


def test_several_names_under_one_label_share_its_values():
    text = "SDK名称：友盟SDK、个推\n使用目的：统计和推送\n收集信息：设备信息"
    shared = {"text": text, "purpose": ["统计和推送"], "data_types": ["设备信息"]}
    assert in_text(text) == [{"name": "友盟SDK"} | shared, {"name": "个推"} | shared]


def test_two_purposes_on_one_line_and_data_named_in_a_purpose():
    text = "SDK名称：高德地图SDK\n功能：获取位置信息，用于展示地图。应用场景：打卡、导航。\n收集数据：IMEI、位置信息。"
    assert without_text(in_text(text)) == [
        {
            "name": "高德地图SDK",
            "purpose": ["获取位置信息，用于展示地图", "打卡、导航"],
            "data_types": ["IMEI", "位置信息"],
        }
    ]


def test_values_that_say_nothing_are_left_out():
    text = "SDK名称：友盟SDK\n使用目的：统计\n收集信息：无\n公司：/\n隐私政策链接：暂无"
    assert without_text(in_text(text)) == [{"name": "友盟SDK", "purpose": ["统计"]}]


def test_a_privacy_policy_is_preferred_to_a_site_and_needs_no_scheme_under_its_label():
    text = "SDK名称：微信SDK\n官网：https://open.weixin.qq.com\n隐私政策：privacy.qq.com/policy/tencent。"
    assert without_text(in_text(text)) == [{"name": "微信SDK", "link": "privacy.qq.com/policy/tencent"}]


# Headings and list items


def test_headings_that_name_sdks_head_their_description():
    text = (
        "五、第三方SDK\n（一）友盟SDK\n"
        f"友盟SDK由{UMENG}及其关联公司提供，用于统计分析，需要收集IMEI。\n"
        "（二）极光推送SDK\n为了及时通知您，应用接入了极光推送SDK，会读取设备信息。\n六、联系我们\n您可以提供手机号码。"
    )
    assert in_text(text) == [
        {
            "name": "友盟SDK",
            "text": f"（一）友盟SDK\n友盟SDK由{UMENG}及其关联公司提供，用于统计分析，需要收集IMEI。",
            "owner": UMENG,
            "purpose": ["统计分析"],
            "data_types": ["IMEI"],
        },
        {
            "name": "极光推送SDK",
            "text": "（二）极光推送SDK\n为了及时通知您，应用接入了极光推送SDK，会读取设备信息。",
            "purpose": ["及时通知您"],
            "data_types": ["设备信息"],
        },
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "(1) 友盟SDK:由友盟同欣提供技术支持,主要用于用户体验分析。会采集的数据包括但不限于: IMEI、网络类型(WiFi等)。",
            {"name": "友盟SDK", "owner": "友盟同欣", "purpose": ["用户体验分析"], "data_types": ["IMEI", "网络类型"]},
        ),
        (
            "2.1. Bugly（安卓APP）：由腾讯公司提供，为 APP提供崩溃分析能力，需要日志信息以及设备信息。",
            {
                "name": "Bugly",
                "owner": "腾讯公司",
                "purpose": ["崩溃分析能力"],
                "data_types": ["日志信息", "设备信息"],
                "platform": "android",
            },
        ),
        (
            "3）百度地图组件：百度地图用于绘制地图（含导航，打卡），会申请相机权限。该SDK隶属于“百度”。",
            {"name": "百度地图", "owner": "百度", "purpose": ["绘制地图（含导航，打卡）"], "permissions": ["相机权限"]},
        ),
        (
            "④极光推送(JPush),实现应用内消息推送服务,会采集IMEI,安装列表.",
            {"name": "极光推送", "purpose": ["应用内消息推送服务"], "data_types": ["IMEI", "安装列表"]},
        ),
        (
            f"a、第三方SDK“神策分析”，收集昵称、头像进行画像分析，隐私政策：{POLICY}。",
            {"name": "神策分析", "link": POLICY, "purpose": ["画像分析"], "data_types": ["昵称", "头像"]},
        ),
        (
            "· 支付宝SDK（iOS）——完成支付，涉及个人信息：订单信息",
            {"name": "支付宝SDK", "data_types": ["订单信息"], "platform": "ios"},
        ),
        (
            "（5）Bugly崩溃分析框架。访问相机:是;访问麦克风:是;访问位置:否。",
            {"name": "Bugly", "permissions": ["相机", "麦克风", "不位置"]},
        ),
        (
            "6.高德地图SDK：不会收集您的IMEI和MAC地址，但会收集位置信息，用于定位。",
            {"name": "高德地图SDK", "purpose": ["定位"], "data_types": ["不IMEI", "不MAC地址", "位置信息"]},
        ),
        (
            "（7）华为推送：它不读取任何资料，只为用户提供推送服务。",
            {"name": "华为推送", "purpose": ["推送服务"]},
        ),
    ],
)
def test_list_items_that_begin_with_an_sdk(text, expected):
    assert in_text(text) == [expected | {"text": text}]


def test_items_of_a_list_and_sentences_of_one_item_stay_apart():
    text = "1. 高德地图SDK：由高德提供，收集位置信息。百度地图：由百度提供，收集IMEI。\n2. 个推：用于推送，收集设备信息。"
    assert in_text(text) == [
        {
            "name": "高德地图SDK",
            "text": "1. 高德地图SDK：由高德提供，收集位置信息。",
            "owner": "高德",
            "data_types": ["位置信息"],
        },
        {"name": "百度地图", "text": "百度地图：由百度提供，收集IMEI。", "owner": "百度", "data_types": ["IMEI"]},
        {"name": "个推", "text": "2. 个推：用于推送，收集设备信息。", "purpose": ["推送"], "data_types": ["设备信息"]},
    ]


def test_clauses_of_different_sdks_stay_apart():
    text = "华为推送会读取IMEI；小米推送会读取MAC地址。"
    assert in_text(text) == [
        {"name": "华为推送", "text": "华为推送会读取IMEI；", "data_types": ["IMEI"]},
        {"name": "小米推送", "text": "小米推送会读取MAC地址。", "data_types": ["MAC地址"]},
    ]


def test_quoted_names_of_one_item_share_what_it_says():
    text = "2、第三方SDK“微信SDK”、“QQ分享”用于快捷登录，须读取您的昵称；"
    shared = {"text": text, "purpose": ["快捷登录"], "data_types": ["昵称"]}
    assert in_text(text) == [{"name": "微信SDK"} | shared, {"name": "QQ分享"} | shared]


def test_a_platform_named_by_the_heading_above():
    text = "一、安卓版\n友盟SDK：用于统计。\n二、iOS版\n友盟SDK：用于归因。"
    found = [(record["purpose"], record["platform"]) for record in in_text(text)]
    assert found == [(["统计"], "android"), (["归因"], "ios")]


def test_a_list_of_names_and_what_the_operator_does_is_no_disclosure():
    assert in_text("我们接入的SDK如下：\n微信SDK\n支付宝SDK\n友盟SDK\n我们会收集您的手机号码。") == []


# Running text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "我们接入了友盟SDK（北京锐讯灵通科技有限公司），用于统计分析，会收集您的IMEI、MAC地址。",
            {
                "name": "友盟SDK",
                "owner": "北京锐讯灵通科技有限公司",
                "purpose": ["统计分析"],
                "data_types": ["IMEI", "MAC地址"],
            },
        ),
        (
            "本应用内置友盟+SDK，友盟+SDK需要读取您的IMEI以提供访问统计服务。",
            {"name": "友盟+SDK", "purpose": ["访问统计服务"], "data_types": ["IMEI"]},
        ),
        (
            "为了及时通知您，应用接入了极光推送SDK，该SDK由深圳市和讯华谷信息技术有限公司开发，会收集设备信息。",
            {
                "name": "极光推送SDK",
                "owner": "深圳市和讯华谷信息技术有限公司",
                "purpose": ["及时通知您"],
                "data_types": ["设备信息"],
            },
        ),
        (
            "应用集成了神策网络科技（北京）有限公司的神策分析，它会读取您的网络类型，以便优化体验。",
            {
                "name": "神策分析",
                "owner": "神策网络科技（北京）有限公司",
                "purpose": ["优化体验"],
                "data_types": ["网络类型"],
            },
        ),
        (
            "如您选择付款，我们会将您的订单信息通过嵌入的支付宝SDK共享给支付宝公司。",
            {"name": "支付宝SDK", "data_types": ["订单信息"]},
        ),
        (
            "如您选择微信支付，微信SDK会收集您的IMEI用于完成支付。",
            {"name": "微信SDK", "purpose": ["完成支付"], "data_types": ["IMEI"]},
        ),
        (
            "统计伙伴在应用中嵌入SDK（包括神策分析），可能读取您的网络类型，但不会采集您的手机号码。",
            {"name": "神策分析", "data_types": ["网络类型", "不手机号码"]},
        ),
        (
            "我们委托个推为我们提供推送服务，其会申请存储权限，不读取您的手机号码、位置信息。",
            {
                "name": "个推",
                "purpose": ["推送服务"],
                "data_types": ["不手机号码", "不位置信息"],
                "permissions": ["存储权限"],
            },
        ),
    ],
)
def test_running_text(text, expected):
    assert in_text(text) == [expected | {"text": text}]


def test_several_sdks_of_one_clause_share_it_and_others_have_their_own():
    text = "为保障推送，我们接入了华为推送、小米推送和个推，均会收集IMEI；我们使用友盟SDK进行统计。"
    shared = {"text": text[: text.index("；") + 1], "purpose": ["保障推送"], "data_types": ["IMEI"]}
    assert in_text(text) == [
        {"name": "华为推送"} | shared,
        {"name": "小米推送"} | shared,
        {"name": "个推"} | shared,
        {"name": "友盟SDK", "text": "我们使用友盟SDK进行统计。", "purpose": ["统计"]},
    ]


def test_the_sentences_after_it_belong_to_an_sdk_while_they_speak_of_it():
    disclosure = f"我们接入了友盟SDK。该SDK用于统计，会收集IMEI。为便于您了解其采集的数据，您可以访问{POLICY}了解其隐私政策。"
    text = disclosure + "您可以在设置中关闭。我们还会收集手机号码。"
    assert in_text(text) == [
        {
            "name": "友盟SDK",
            "text": disclosure,
            "link": POLICY,
            "purpose": ["统计"],
            "data_types": ["IMEI"],
        }
    ]


@pytest.mark.parametrize(
    "text",
    [
        "我们可能接入友盟SDK、极光推送SDK等第三方SDK。",
        "为优化服务体验，我们内嵌第三方SDK，包括友盟SDK、个推。",
        "当您使用微信支付时，需提供您的手机号码，以核验身份。",
        "您可以使用微信支付付款，我们会收集订单信息。",
        "为了数据不外泄，我们已与友盟SDK服务商签订协议。",
        "您授予的位置权限只应用于百度地图。",
    ],
)
def test_a_mention_that_discloses_nothing_is_no_record(text):
    assert in_text(text) == []


def test_labels_below_a_sentence_that_announces_them_are_its_sdk_s_and_others_are_not():
    announced = "我们接入了友盟SDK，具体如下：\n使用目的：统计\n收集信息：IMEI"
    assert in_text(announced) == [
        {"name": "友盟SDK", "text": announced, "purpose": ["统计"], "data_types": ["IMEI"]},
    ]
    assert without_text(in_text("我们接入了友盟SDK，用于统计。\n收集目的：改进服务\n收集信息：手机号码")) == [
        {"name": "友盟SDK", "purpose": ["统计"]}
    ]


# Tables

HEADER = ["SDK名称", "公司名称", "使用目的", "收集的个人信息", "所需权限", "隐私政策链接"]
UMENG_ROW = ["友盟SDK", UMENG, "统计分析", "IMEI、MAC地址", "电话权限", POLICY]
JIGUANG_ROW = ["极光推送（JPush）", "和讯华谷", "消息推送", "设备信息", "/", "https://www.jiguang.cn/license/privacy"]
TABLE_RECORDS = [
    UMENG_RECORD | {"permissions": ["电话权限"]},
    {
        "name": "极光推送",
        "owner": "和讯华谷",
        "link": "https://www.jiguang.cn/license/privacy",
        "purpose": ["消息推送"],
        "data_types": ["设备信息"],
    },
]


def table(rows: list[list[str | CellText]], *, headers: int = 0, before: str = "第三方SDK目录", after: str = "") -> Document:
    builder = Builder()
    builder.add(before, "heading", level=1)
    cells = [[c if isinstance(c, CellText) else CellText(c, n) for n, c in enumerate(row)] for row in rows]
    builder.add_table(cells, headers=headers)
    builder.add(after, "paragraph")
    return builder.finish(id="t")


def columns(order: list[int]) -> list[list[str]]:
    return [[row[n] for n in order] for row in (HEADER, UMENG_ROW, JIGUANG_ROW)]


@pytest.mark.parametrize("headers", [0, 1])
@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 3, 4, 0, 5, 1]])
def test_a_table_with_its_columns_in_any_order(headers, order):
    document = table(columns(order), headers=headers, after="我们不会收集您的手机号码。")
    records = told(document)
    assert without_text(records) == TABLE_RECORDS
    assert [record["text"] for record in records] == [" | ".join(row) for row in columns(order)[1:]]


def test_a_table_without_a_header_is_told_by_what_its_cells_hold():
    rows = [["1", "友盟SDK", UMENG, "统计分析", "IMEI、MAC地址", POLICY], ["2", "个推", "推送", "设备信息", "安卓", "无"]]
    assert without_text(told(table(rows))) == [
        UMENG_RECORD,
        {"name": "个推", "purpose": ["推送"], "data_types": ["设备信息"], "platform": "android"},
    ]


def test_a_cell_that_spans_rows_holds_for_all_of_them():
    rows = [
        ["公司", "SDK名称", "目的", "信息类型"],
        [CellText("腾讯公司", 0, rows=3), CellText("微信SDK", 1, rows=2), CellText("登录", 2), CellText("昵称", 3)],
        [CellText("分享", 2), CellText("头像", 3)],
        [CellText("Bugly", 1), CellText("崩溃分析", 2), CellText("日志信息", 3)],
        [CellText("友盟", 0), CellText("友盟SDK", 1), CellText("统计", 2), CellText("IMEI", 3)],
    ]
    assert told(table(rows, headers=1)) == [
        {
            "name": "微信SDK",
            "text": "腾讯公司 | 微信SDK | 登录 | 昵称\n分享 | 头像",
            "owner": "腾讯公司",
            "purpose": ["登录", "分享"],
            "data_types": ["昵称", "头像"],
        },
        {
            "name": "Bugly",
            "text": "Bugly | 崩溃分析 | 日志信息",
            "owner": "腾讯公司",
            "purpose": ["崩溃分析"],
            "data_types": ["日志信息"],
        },
        {
            "name": "友盟SDK",
            "text": "友盟 | 友盟SDK | 统计 | IMEI",
            "owner": "友盟",
            "purpose": ["统计"],
            "data_types": ["IMEI"],
        },
    ]


def test_a_header_cell_over_two_columns_and_rows_that_only_group():
    rows = [
        [CellText("SDK名称", 0), CellText("收集信息", 1, columns=2), CellText("用途", 3)],
        [CellText("推送类", 0, columns=4)],
        ["个推", "IMEI", "设备信息", "推送"],
        [CellText("统计类", 0, columns=4)],
        ["友盟SDK", "MAC地址", "", "统计"],
    ]
    assert without_text(told(table(rows, headers=1))) == [
        {"name": "个推", "purpose": ["推送"], "data_types": ["IMEI", "设备信息"]},
        {"name": "友盟SDK", "purpose": ["统计"], "data_types": ["MAC地址"]},
    ]


def test_a_table_whose_labels_stand_in_the_first_column():
    labels = ["SDK名称", "提供方", "使用目的", "信息类型", "隐私政策"]
    one = [list(pair) for pair in zip(labels, ["友盟SDK", UMENG, "统计分析", "IMEI、MAC地址", POLICY], strict=True)]
    two = [[*row, value] for row, value in zip(one, ["个推", "每日互动", "推送", "设备信息", "无"], strict=True)]
    assert without_text(told(table(one))) == [UMENG_RECORD]
    assert without_text(told(table(two))) == [
        UMENG_RECORD,
        {"name": "个推", "owner": "每日互动", "purpose": ["推送"], "data_types": ["设备信息"]},
    ]
    stacked = [*one, ["SDK名称", "个推"], ["使用目的", "推送"]]
    assert without_text(told(table(stacked))) == [UMENG_RECORD, {"name": "个推", "purpose": ["推送"]}]


def test_a_wide_table_whose_labels_stand_in_the_first_column_costs_no_time():
    labels = {"SDK名称": "友盟SDK", "使用目的": "统计分析", "收集信息": "IMEI"}
    document = text_document("\n".join("|".join([label, *[value] * 1000]) for label, value in labels.items()), id="x")
    begin = time.process_time()
    assert len(told(document)) == 1000
    assert time.process_time() - begin < 5


def test_a_heading_names_the_sdk_of_the_table_below_it():
    document = table([["使用目的", "统计分析"], ["收集信息", "IMEI"], ["是否必要", "否"]], before="友盟SDK")
    assert told(document) == [
        {
            "name": "友盟SDK",
            "text": "友盟SDK\n使用目的 | 统计分析\n收集信息 | IMEI\n是否必要 | 否",
            "purpose": ["统计分析"],
            "data_types": ["IMEI"],
        }
    ]


def test_a_table_goes_on_after_a_page_break_with_the_header_above():
    builder = Builder()
    for rows in ([HEADER, UMENG_ROW], [JIGUANG_ROW]):
        builder.add_table([[CellText(text, n) for n, text in enumerate(row)] for row in rows])
        builder.add("第三方SDK目录（续）", "paragraph")
    assert without_text(told(builder.finish(id="t"))) == TABLE_RECORDS


def test_several_sdks_in_a_name_cell_share_the_row_and_one_in_another_cell_is_no_name():
    rows = [
        ["第三方SDK名称", "功能", "收集信息"],
        ["友盟SDK，LinkedMe", "统计、QQ分享", "IMEI"],
        ["微信SDK\n微信支付", "登录", "昵称"],
    ]
    assert [(record["name"], record["purpose"]) for record in told(table(rows))] == [
        ("友盟SDK", ["统计、QQ分享"]),
        ("LinkedMe", ["统计、QQ分享"]),
        ("微信SDK", ["登录"]),
        ("微信支付", ["登录"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "| SDK名称 | 目的 | 信息 | 链接 |\n|---|---|---|---|\n| 友盟SDK | 统计 | IMEI | {} |\n| 个推 | 推送 | 设备信息 | 无 |",
        "友盟SDK | 统计 | IMEI | {}\n个推 | 推送 | 设备信息 | 无",
        "SDK名称\t目的\t收集信息\t链接\n友盟SDK\t统计\tIMEI\t{}\n个推\t推送\t设备信息\t无",
        "SDK名称 | 目的 | 收集信息 | 链接\n友盟SDK | 统计 |\nIMEI |\n{}\n个推 | 推送 | 设备信息 | 无",
        "SDK名称\n|\n目的\n|\n收集信息\n|\n链接\n友盟SDK\n|\n统计\n|\nIMEI\n|\n{}\n个推\n|\n推送\n|\n设备信息\n|\n无",
    ],
)
def test_tables_drawn_in_plain_text(text):
    assert without_text(in_text(text.format(POLICY))) == [
        {"name": "友盟SDK", "link": POLICY, "purpose": ["统计"], "data_types": ["IMEI"]},
        {"name": "个推", "purpose": ["推送"], "data_types": ["设备信息"]},
    ]


# One disclosure, many forms

FACTS = st.tuples(
    st.sampled_from(["友盟SDK", "个推", "Bugly", "神策分析"]),
    st.sampled_from([UMENG, "每日互动股份有限公司", "深圳市腾讯计算机系统有限公司"]),
    st.sampled_from(["统计分析", "消息推送", "崩溃分析、性能监控", "优化体验"]),
    st.lists(st.sampled_from(["IMEI", "MAC地址", "设备信息", "网络类型"]), min_size=1, unique=True),
    st.sampled_from([POLICY, "https://docs.getui.com/privacy"]),
)


def forms(name: str, owner: str, purpose: str, items: list[str], url: str) -> list[Document]:
    data = "、".join(items)
    texts = [
        f"SDK名称：{name}\n公司：{owner}\n使用目的：{purpose}\n收集信息：{data}\n隐私政策：{url}",
        f"1. {name}：由{owner}提供，用于{purpose}，会收集{data}。隐私政策：{url}",
        f"我们接入了{name}（{owner}），用于{purpose}，会收集您的{data}，详见{url}。",
        f"{name} | {owner} | {purpose} | {data} | {url}",
    ]
    row = ["SDK名称", "收集信息", "用途", "官网", "开发者"], [name, data, purpose, url, owner]
    return [*(text_document(text, id="p") for text in texts), table([list(cells) for cells in row], headers=1)]


@given(FACTS)
def test_one_disclosure_gives_one_record_in_every_form(facts):
    name, owner, purpose, items, url = facts
    expected = {"name": name, "owner": owner, "link": url, "purpose": [purpose], "data_types": items}
    for document in forms(*facts):
        assert without_text(told(document)) == [expected]


PARTS = [
    *" ".join(WORDS.values()).split(),
    *"：:、，。；（）|【】\n\t 　",
    "SDK名称",
    "使用目的",
    "收集信息",
    "公司",
    "1.",
    "该SDK",
]
PARTS += ["用于", "收集", "不会", "由", "提供", "有限公司", "https://a.cn/", "我们接入了", "为了"]


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=40), st.data())
def test_whatever_the_text_the_records_fit_the_contract(parts, data):
    text = "友" + "".join(parts)
    entities = data.draw(st.sampled_from([tag(text), tag(text)[::-1]]))
    document = text_document(text, id="p")
    sentences = segment(document)
    sdks = sdk_records(document, sentences, entities)
    labelled = tuple(LabelledSentence(s.start, s.end, s.kind, s.headings) for s in sentences)
    row = Record("p", text, labelled, tuple(entities), sdks).to_json()
    assert Record.from_json(row).sdks == sdks
    for sdk in sdks:
        start, end = entities[sdk["name"]].start, entities[sdk["name"]].end
        assert 0 <= sdk["start"] <= start < end <= sdk["end"] <= len(text)
        for pair in filter(None, [sdk["owner"], sdk["link"], *sdk["purpose"]]):
            assert 0 <= pair[0] < pair[1] <= len(text)
            assert text[slice(*pair)] == text[slice(*pair)].strip()
        for field, kind in (("data_types", "DATA_TYPE"), ("permissions", "PERMISSION")):
            assert {entities[item["entity"]].type for item in sdk[field]} <= {kind}


# The seeds' gold, and the scores


def seeds() -> list[Record]:
    return read_gold(ROOT / "annotations" / "seeds")


def assembled(record: Record, document: Document) -> Record:
    return replace(record, sdks=sdk_records(document, segment(document), record.entities))


def test_the_records_of_the_seeds_are_found_from_their_gold_spans():
    gold = seeds()
    read = [read_text((ROOT / "seeds" / f"{record.id}.txt").read_bytes(), id=record.id) for record in gold]
    for documents in (read, [as_document(record) for record in gold]):
        found = [assembled(record, document) for record, document in zip(gold, documents, strict=True)]
        scores = evaluate(gold, found).sdks.labels
        assert scores["records"].support == 31
        assert scores["records"].f1 >= 0.95
        assert scores["fields"].f1 >= 0.95
        extents = [[(sdk["start"], sdk["end"]) for r in records for sdk in r.sdks] for records in (gold, found)]
        assert extents[0] == extents[1]


def places(gold: str, read: str) -> dict[int, int]:
    """Where the characters of a text stand in the same text read from another format; white space and markers may differ."""
    ours = [i for i, c in enumerate(gold) if not c.isspace()]
    theirs = [i for i, c in enumerate(read) if not c.isspace()]
    squeezed = "".join(read[i] for i in theirs)
    found, at = {}, 0
    for number, place in enumerate(ours):
        if squeezed[at : at + 1] != gold[place]:
            ahead = "".join(gold[i] for i in ours[number : number + 8])
            again = squeezed.find(ahead, at, at + 400)
            if again < 0:
                continue
            at = again
        found[place] = theirs[at]
        at += 1
    return found


def items(record: Record) -> set[tuple[object, ...]]:
    """What a record's SDKs say, in words."""
    text = record.text or ""
    words = [re.sub(r"\s", "", text[e.start : e.end]) for e in record.entities]
    said: set[tuple[object, ...]] = set()
    for number, sdk in enumerate(record.sdks):
        name = (number, words[sdk["name"]])
        pairs = [("owner", sdk["owner"]), ("link", sdk["link"]), *(("purpose", pair) for pair in sdk["purpose"])]
        said |= {(name, field, re.sub(r"\s", "", text[slice(*pair)])) for field, pair in pairs if pair}
        said |= {
            (name, field, words[item["entity"]], item["denied"])
            for field in ("data_types", "permissions")
            for item in sdk[field]
        }
    return said


@pytest.mark.parametrize(
    ("seed", "file"),
    [
        ("i-yinchuan", "wechat.html"),
        ("jishiban", "government.html"),
        ("shandongtong", "office.pdf"),
        ("shen-i-zhengxie", "large.pdf"),
    ],
)
def test_the_records_are_the_same_in_other_formats(seed, file):
    pytest.importorskip("pypdfium2")
    gold = next(record for record in seeds() if record.id == seed)
    path = ROOT / "tests" / "extraction" / "seen" / file
    document = read_policy(path.read_bytes(), name=file, id=seed)
    to = places(gold.text or "", document.text)
    entities = tuple(
        replace(e, start=to[e.start], end=to[e.end - 1] + 1) for e in gold.entities if e.start in to and e.end - 1 in to
    )
    assert len(entities) == len(gold.entities)
    found = assembled(replace(gold, text=document.text, entities=entities, sentences=()), document)
    wanted, got = items(gold), items(found)
    assert len(found.sdks) == len(gold.sdks)
    assert 2 * len(wanted & got) / (len(wanted) + len(got)) >= 0.95


class OneModel:
    """A model, encoder and engine in one that tag `WORDS`."""

    settings = Settings()

    def identity(self) -> dict[str, str]:
        return {}

    def encode(self, text: str, sentences: tuple[Sentence, ...]) -> Prediction:
        scores = np.zeros((len(sentences), len(CATEGORIES)), dtype=np.float32)
        return Prediction(scores, scores[:, :0], scores, tuple(EntitySpan(e.start, e.end, e.type, 1.0) for e in tag(text)), ())


def test_the_pipeline_puts_the_records_into_what_it_yields(monkeypatch):
    monkeypatch.setattr(pipeline, "predict", lambda policies, encoder, engine: policies)
    model = OneModel()
    text = f"SDK名称：友盟SDK\n公司：{UMENG}\n目的：统计分析\n收集信息：IMEI、MAC地址\n链接：{POLICY}"
    (record,) = pipeline.Pipeline(model, model, model).pipe([text_document(text, id="p")])
    assert [words(text, list(record.entities), sdk) for sdk in record.sdks] == [UMENG_RECORD | {"text": text}]


TEXT = "接入友盟SDK，收集IMEI。"
SDK = {"start": 0, "end": 15, "name": 0, "owner": None, "purpose": [], "link": None, "platform": None, "permissions": []}


def scored(*sdks: dict, entities: tuple[Entity, ...] = (Entity(2, 7, "SDK"), Entity(10, 14, "DATA_TYPE"))) -> Record:
    sentence = LabelledSentence(0, len(TEXT))
    return Record("p", TEXT, (sentence,), entities, tuple({"data_types": [], **SDK, **sdk} for sdk in sdks))


def test_sdk_records_are_scored_by_name_and_field_by_field():
    gold = scored({"data_types": [{"entity": 1, "denied": False}], "owner": [2, 4], "purpose": [[8, 10]], "platform": "ios"})
    denied = scored({"data_types": [{"entity": 1, "denied": True}], "owner": [2, 4], "purpose": [[8, 10]], "link": [0, 2]})
    assert evaluate([gold], [gold]).sdks.labels == {"records": Counts(1, 0, 0), "fields": Counts(4, 0, 0)}
    assert evaluate([gold], [denied]).sdks.labels == {"records": Counts(1, 0, 0), "fields": Counts(2, 2, 2)}
    assert evaluate([gold], [scored()]).sdks.labels == {"records": Counts(0, 0, 1), "fields": Counts(0, 0, 4)}
    report = evaluate([gold], [denied]).to_markdown()
    assert "| records | 1.000 | 1.000 | 1.000 | 1 |" in report
    assert "| fields | .500 | .500 | .500 | 4 |" in report


def test_gold_that_tags_sdks_but_has_no_records_is_not_scored_on_them():
    found = scored({"owner": [2, 4]})
    assert evaluate([scored()], [found]).sdks.labels == {"records": Counts(), "fields": Counts()}
    assert "SDK disclosure" not in evaluate([scored()], [found]).to_markdown()
    without = scored(entities=())
    assert evaluate([without], [found]).sdks.labels == {"records": Counts(0, 1, 0), "fields": Counts(0, 1, 0)}
