from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiaokuan.data.lexicon import dictionary_spans, normal_form
from tiaokuan.data.lexicon.tables import data_types, fold, match_key, permissions, sdks

GROUPS = (
    "CAMERA RECORD_AUDIO LOCATION CONTACTS CALENDAR PHONE SMS STORAGE SENSORS NOTIFICATIONS NEARBY_DEVICES APP_LIST "
    "CLIPBOARD OVERLAY BIOMETRIC NETWORK OTHER"
)
CLASSES = (
    "个人基本资料 个人身份信息 个人生物识别信息 网络身份标识信息 个人健康生理信息 个人教育工作信息 个人财产信息 "
    "个人通信信息 联系人信息 个人上网记录 个人常用设备信息 个人位置信息 其他信息"
)
PURPOSES = "push statistics map payment share/login ad crash security speech im video face other"
SOURCES = {"standard", "platform", "vendor", "usage", "seed"}


def repeated(forms):
    return [form for form, count in Counter(map(match_key, forms)).items() if count > 1]


def surfaces(text, type):
    return [text[span.start : span.end] for span in dictionary_spans(text) if span.type == type]


def test_permissions_table():
    assert len(permissions()) >= 60
    assert repeated(entry.form for entry in permissions()) == []
    assert {entry.android for entry in permissions()} == set(GROUPS.split())
    keys = {entry.ios for entry in permissions()} - {""}
    assert [key for key in keys if not key.startswith("NS") and key != "NFCReaderUsageDescription"] == []
    assert {entry.form: entry.ios for entry in permissions() if entry.form in keys} == {key: key for key in keys}


def test_data_types_table():
    assert len(data_types()) >= 500
    assert repeated(entry.form for entry in data_types()) == []
    assert {entry.data_class for entry in data_types()} == set(CLASSES.split())
    assert {entry.sensitive for entry in data_types()} == {True, False}


def test_sdks_table():
    assert len(sdks()) >= 250
    assert repeated(sdk.name for sdk in sdks()) == []
    assert {sdk.purpose for sdk in sdks()} == set(PURPOSES.split())
    assert [sdk.name for sdk in sdks() if any(form != form.strip() or not form for form in sdk.forms)] == []


def test_every_name_and_alias_belongs_to_one_sdk():
    assert repeated(match_key(form).removesuffix("sdk") or form for sdk in sdks() for form in sdk.forms) == []


@pytest.mark.parametrize("name", ["permissions.csv", "data_types.csv", "sdks.csv"])
def test_every_row_is_whole_and_names_its_source(name):
    header, *rows = (files("tiaokuan.data.lexicon") / name).read_text(encoding="utf-8").splitlines()
    assert header.endswith(",source")
    assert {row.rsplit(",", 1)[1] for row in rows} <= SOURCES
    assert [row for row in rows if row != row.strip() or row.startswith(",")] == []
    assert sum(row.endswith(",seed") for row in rows) < len(rows) / 50


@pytest.mark.parametrize(
    ("surface", "android", "ios"),
    [
        ("相机", "CAMERA", "NSCameraUsageDescription"),
        ("相机使用权限", "CAMERA", "NSCameraUsageDescription"),
        ("调用摄像头的权限", "CAMERA", "NSCameraUsageDescription"),
        ("拍摄照片", "CAMERA", "NSCameraUsageDescription"),
        ("android.permission.CAMERA", "CAMERA", "NSCameraUsageDescription"),
        ("麦克风系统权限", "RECORD_AUDIO", "NSMicrophoneUsageDescription"),
        ("录音", "RECORD_AUDIO", "NSMicrophoneUsageDescription"),
        ("位置", "LOCATION", "NSLocationWhenInUseUsageDescription"),
        ("ACCESS_FINE_LOCATION", "LOCATION", "NSLocationWhenInUseUsageDescription"),
        ("access fine location", "LOCATION", "NSLocationWhenInUseUsageDescription"),
        ("后台定位权限", "LOCATION", "NSLocationAlwaysAndWhenInUseUsageDescription"),
        ("手机通讯录", "CONTACTS", "NSContactsUsageDescription"),
        ("日 程", "CALENDAR", "NSCalendarsUsageDescription"),
        ("相册", "STORAGE", "NSPhotoLibraryUsageDescription"),
        ("【照片】", "STORAGE", "NSPhotoLibraryUsageDescription"),
        ("面容 ID", "BIOMETRIC", "NSFaceIDUsageDescription"),
        ("ＮＦＣ", "NEARBY_DEVICES", "NFCReaderUsageDescription"),
        ("步数传感器", "SENSORS", "NSMotionUsageDescription"),
        ("NSMicrophoneUsageDescription", "RECORD_AUDIO", "NSMicrophoneUsageDescription"),
        ("读写外部存储权限", "STORAGE", None),
        ("读写手机相册及照片", "STORAGE", "NSPhotoLibraryUsageDescription"),
        ("读取手机状态", "PHONE", None),
        ("READ_PHONE_STATE", "PHONE", None),
        ("IMSI权限", "PHONE", None),
        ("短信", "SMS", None),
        ("推送通知权限", "NOTIFICATIONS", None),
        ("读取应用列表", "APP_LIST", None),
        ("剪切板访问权限", "CLIPBOARD", None),
        ("悬浮窗", "OVERLAY", None),
        ("指纹", "BIOMETRIC", None),
        ("网络权限", "NETWORK", None),
        ("自启动", "OTHER", None),
    ],
)
def test_permission(surface, android, ios):
    assert normal_form("PERMISSION", surface) == ({"android": android, "ios": ios} if ios else {"android": android})


@pytest.mark.parametrize("surface", ["权限", "系统权限", "", "。", "量子纠缠权限", "相机和麦克风", "某某某"])
def test_unknown_permission(surface):
    assert normal_form("PERMISSION", surface) == {}


@pytest.mark.parametrize(
    ("surface", "data_class", "sensitive"),
    [
        ("姓名", "个人基本资料", False),
        ("手机号码", "个人基本资料", False),
        ("电子邮箱地址", "个人基本资料", False),
        ("头像照片", "个人基本资料", False),
        ("地址", "个人基本资料", False),
        ("身份证号", "个人身份信息", True),
        ("身份证件正反面照片", "个人身份信息", True),
        ("证件的照片", "个人身份信息", True),
        ("出入证", "个人身份信息", False),
        ("人脸图像信息", "个人生物识别信息", True),
        ("声纹", "个人生物识别信息", True),
        ("IP 地址", "网络身份标识信息", False),
        ("登陆帐号", "网络身份标识信息", False),
        ("密码", "网络身份标识信息", True),
        ("以往病史", "个人健康生理信息", True),
        ("身高", "个人健康生理信息", False),
        ("工作单位", "个人教育工作信息", False),
        ("银行账号", "个人财产信息", True),
        ("订单信息", "个人财产信息", True),
        ("短信", "个人通信信息", True),
        ("QQ群聊天记录", "个人通信信息", True),
        ("通讯录", "联系人信息", True),
        ("网页浏览记录", "个人上网记录", True),
        ("搜索记录", "个人上网记录", False),
        ("IMEI", "个人常用设备信息", False),
        ("Android_ID", "个人常用设备信息", False),
        ("国际移动设备识别码（IMEI）", "个人常用设备信息", False),
        ("小米手机的设备型号", "个人常用设备信息", False),
        ("浏览器的类型", "个人常用设备信息", False),
        ("设备相关信息", "个人常用设备信息", False),
        ("Wi‑Fi 状态信息", "个人常用设备信息", False),
        ("手机信息", "个人常用设备信息", False),
        ("位置信息", "个人位置信息", False),
        ("精准定位信息", "个人位置信息", True),
        ("行踪轨迹", "个人位置信息", True),
        ("宗教信仰", "其他信息", True),
    ],
)
def test_data_type(surface, data_class, sensitive):
    assert normal_form("DATA_TYPE", surface) == {"class": data_class, "sensitive": sensitive}


@pytest.mark.parametrize("surface", ["", "信息", "页面地址", "点击位置", "元素名字", "BLOCKID", "时长", "天气"])
def test_unknown_data_type(surface):
    assert normal_form("DATA_TYPE", surface) == {}


@pytest.mark.parametrize(
    ("surface", "name", "owner"),
    [
        ("极光推送", "极光推送", "深圳市和讯华谷信息技术有限公司"),
        ("JPush SDK", "极光推送", "深圳市和讯华谷信息技术有限公司"),
        ("友盟\nSDK", "友盟+", "友盟同欣（北京）科技有限公司"),
        ("友盟＋统计sdk", "友盟+", "友盟同欣（北京）科技有限公司"),
        ("小米 PUSH", "小米推送", "北京小米移动软件有限公司"),
        ("TBS腾讯浏览服务SDK", "腾讯浏览服务", "深圳市腾讯计算机系统有限公司"),
        ("腾讯BUGLY", "Bugly", "深圳市腾讯计算机系统有限公司"),
        ("百度地图定位SDK", "百度地图", "北京百度网讯科技有限公司"),
        ("高德开放平台定位SDK", "高德地图", "高德软件有限公司"),
        ("华为统一扫码服务", "华为扫码", "华为软件技术有限公司"),
        ("微信支付", "微信支付", "财付通支付科技有限公司"),
        ("微信 Open SDK", "微信", "深圳市腾讯计算机系统有限公司"),
        ("Face++", "旷视", "北京旷视科技有限公司"),
        ("穿山甲广告", "穿山甲", "北京巨量引擎网络技术有限公司"),
        ("银联商务支付SDK", "银联商务", "银联商务股份有限公司"),
    ],
)
def test_sdk(surface, name, owner):
    assert normal_form("SDK", surface) == {"name": name, "owner": owner}


def test_sdk_without_a_certain_owner():
    assert normal_form("SDK", "ZXing SDK") == {"name": "ZXing"}


@pytest.mark.parametrize("surface", ["SDK", "", "第三方SDK", "应用安全SDK", "友盟微信分享SDK", "MyBuglyX", "QQX5"])
def test_unknown_sdk(surface):
    assert normal_form("SDK", surface) == {}


def test_a_surface_means_what_its_type_says():
    assert normal_form("PERMISSION", "位置信息")["android"] == "LOCATION"
    assert normal_form("DATA_TYPE", "位置信息")["class"] == "个人位置信息"
    assert normal_form("COMPANY", "位置信息") == {}


def test_spans_are_exact_and_carry_normal_forms():
    text = "我们会收集您的手机号码、Android ID和位置信息；此时申请相机权限。我们接入极光推送SDK。"
    spans = dictionary_spans(text)
    assert [(text[s.start : s.end], s.start, s.type) for s in spans] == [
        ("手机号码", 7, "DATA_TYPE"),
        ("Android ID", 12, "DATA_TYPE"),
        ("位置信息", 23, "DATA_TYPE"),
        ("相机权限", 32, "PERMISSION"),
        ("极光推送SDK", 41, "SDK"),
    ]
    assert spans[3].norm == {"android": "CAMERA", "ios": "NSCameraUsageDescription"}


def test_the_longest_form_wins():
    assert surfaces("收集设备MAC地址和银行卡号。", "DATA_TYPE") == ["设备MAC地址", "银行卡号"]


def test_latin_words_are_not_cut():
    assert surfaces("收集UNIMEIX、Macintosh信息、IMEI。", "DATA_TYPE") == ["IMEI"]
    assert surfaces("接入Glidewell SDK。", "SDK") == []


def test_width_and_case_make_no_difference_and_offsets_hold():
    text = "😀收集ｉｍｅｉ、Wi-Fi 信息"
    assert [(s.start, s.end) for s in dictionary_spans(text)] == [(3, 7), (8, 16)]


def test_what_is_attached_belongs_to_the_span():
    assert surfaces("开启麦克风访问权限。", "PERMISSION") == ["麦克风访问权限"]
    assert surfaces("申请日历的系统权限。", "PERMISSION") == ["日历"]
    assert surfaces("收集您的设备型号信息。", "DATA_TYPE") == ["设备型号信息"]
    assert surfaces("接入Bugly SDK。", "SDK") == ["Bugly SDK"]


def test_a_permission_needs_access_in_its_clause():
    assert surfaces("您可以使用相机拍照。", "PERMISSION") == []
    assert surfaces("相机、麦克风的权限", "PERMISSION") == ["相机", "麦克风"]
    assert surfaces("申请权限后，我们会收集位置信息。", "PERMISSION") == []
    assert surfaces("不会访问您的通讯录", "PERMISSION") == ["通讯录"]
    assert surfaces("不会访问您的通讯录", "DATA_TYPE") == []


def test_short_and_everyday_names_need_sdk_in_their_sentence():
    assert surfaces("您可以使用微信登录或关注极光。", "SDK") == []
    assert surfaces("我们接入微信登录、极光等SDK。", "SDK") == ["微信登录", "极光"]


def test_a_short_data_type_needs_a_word_of_collection():
    assert surfaces("您可以注销账号。", "DATA_TYPE") == []
    assert surfaces("我们会收集您的账号。", "DATA_TYPE") == ["账号"]


def test_a_span_does_not_run_over_a_line_break():
    assert surfaces("收集设备\n型号", "DATA_TYPE") == []


@given(
    st.lists(
        st.sampled_from(["收集", "设备型号", "相机权限", "IMEI", " ", "、", "SDK", "极光推送", "\n", "İ", "㎏", "😀", "位置"])
    )
)
def test_spans_of_a_type_are_ordered_clean_and_apart(pieces):
    text = "".join(pieces)
    spans = dictionary_spans(text)
    assert len(fold(text)) == len(text)
    for type in ("PERMISSION", "DATA_TYPE", "SDK"):
        ends = 0
        for span in (span for span in spans if span.type == type):
            surface = text[span.start : span.end]
            assert ends <= span.start < span.end <= len(text)
            assert surface == surface.strip() != ""
            assert span.norm == normal_form(type, surface) != {}
            ends = span.end
