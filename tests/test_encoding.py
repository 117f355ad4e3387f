"""Which encoding a text file is in: marks, UTF-8, and what reads most like Chinese."""

import codecs
import random
from itertools import cycle, islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiaokuan.data.document import Warn
from tiaokuan.data.errors import ReadError
from tiaokuan.data.readers import text
from tiaokuan.data.readers.encoding import Decoded, decode, decode_file
from tiaokuan.data.readers.plausibility import is_plausible, log_likelihood

SIMPLIFIED = "".join(
    path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    for path in sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))
)

TRADITIONAL = """隱私權保護政策

最近更新日期：2024年1月31日

歡迎您使用本應用程式。為了讓您能夠安心使用各項服務與資訊，特此向您說明我們如何蒐集、處理、利用及保護您的個人資料，請您詳閱下列內容。

一、資料的蒐集與使用方式
當您註冊帳號時，我們會請您提供姓名、手機號碼、電子郵件地址及出生日期；如您拒絕提供，將無法完成註冊，但不影響您瀏覽公開的內容。
為了提供附近門市查詢的功能，經您授權後，我們會取得您的位置資訊；您可以隨時在裝置的設定中關閉定位權限。
於一般瀏覽時，伺服器會自行記錄相關行徑，包括您使用連線設備的IP位址、使用時間、使用的瀏覽器、點選資料記錄等，作為我們增進服務的參考依據。

二、與第三人共用個人資料的規定
我們不會提供、交換、出租或出售任何您的個人資料給其他個人、團體、私人企業或公務機關，但有法律依據或合約義務者，不在此限：
1、經由您書面同意；
2、法律明文規定；
3、為免除您生命、身體、自由或財產上之危險；
4、與公務機關或學術研究機構合作，基於公共利益為統計或學術研究而有必要，且資料經過處理後無從識別特定的當事人。
本應用程式接入了推播通知服務（SDK），該服務可能會讀取您的裝置識別碼、網路狀態與作業系統版本。

三、資料的保存與安全
我們僅於達成目的所需的期間內保存您的個人資料，期滿後將予以刪除或去識別化。主機均設有防火牆、防毒系統等相關的各項資訊安全設備及必要的安全防護措施，只由經過授權的人員才能接觸您的個人資料，相關處理人員皆簽有保密合約。

四、您的權利
您可以查閱、複製、補充或更正您的資料，也可以要求停止蒐集、處理、利用或刪除；註銷帳號後，我們會在十五個工作天內回覆。未滿十四歲的兒童，應由監護人陪同閱讀並代為同意。

五、聯絡我們
如對本政策有任何疑問，請寫信至 privacy@example.com 或撥打客服專線，我們將儘速為您處理。
"""

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "cp950"]
LENGTHS = [20, 60, 100, 200, 700, 2_000, 20_000]
LINE_ENDS = {"LF": ["\n"], "CRLF": ["\r\n"], "CR": ["\r"], "mixed": ["\n", "\r\n", "\r", "\n\n"]}


def cases():
    """Yield (encoding, length, line end, text), from another place of the texts each time."""
    rng = random.Random(0)
    for encoding in ENCODINGS:
        sources = [TRADITIONAL] if encoding == "cp950" else [SIMPLIFIED, TRADITIONAL]
        for length in LENGTHS:
            for name, ends in LINE_ENDS.items():
                source = rng.choice(sources)
                start = rng.randrange(len(source))
                passage = "".join(islice(cycle(source), start, start + length))
                lines = passage.encode(encoding, "ignore").decode(encoding).split("\n")
                yield encoding, length, name, "".join(line + end for line, end in zip(lines, cycle(ends), strict=False))


def is_exact(encoding: str, written: str) -> bool:
    return decode(written.encode(encoding)) == written


def test_over_two_hundred_files_are_read_whatever_encoding_length_and_line_ends():
    told = [(encoding, length, ends, is_exact(encoding, written)) for encoding, length, ends, written in cases()]
    wrong = [case[:3] for case in told if not case[3]]
    print(f"{len(told) - len(wrong)} of {len(told)} exact; not exact: {wrong}")
    assert (len(told), wrong) == (224, [])


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("written", ["隐私政策", "我们收集手机号码。", "您可以注销账号"], ids=len)
def test_a_few_words_are_read(encoding, written):
    if encoding == "cp950":
        written = {4: "隱私政策", 9: "我們蒐集手機號碼。", 7: "您可以註銷帳號"}[len(written)]
    assert is_exact(encoding, written)


@pytest.mark.parametrize("mark", [codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE], ids=["little", "big"])
def test_a_mark_of_utf32_is_not_taken_for_one_of_utf16(mark):
    encoding = "utf-32-le" if mark == codecs.BOM_UTF32_LE else "utf-32-be"
    assert decode_file(mark + "隐私政策\n".encode(encoding)) == Decoded("隐私政策\n", encoding)


def test_hong_kong_characters_outside_windows_big5_are_read():
    written = "我哋唔會將你嘅個人資料交畀第三者，亦唔會用嚟做廣告。"
    with pytest.raises(UnicodeEncodeError):
        written.encode("cp950")
    assert decode_file(written.encode("big5hkscs")) == Decoded(written, "big5hkscs")


def test_english_in_utf16_without_a_mark_is_read():
    for encoding in ("utf-16-le", "utf-16-be"):
        assert decode_file("Privacy policy: we collect data.\r\n".encode(encoding)).encoding == encoding


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("개인정보 처리방침은 이용자의 개인정보를 보호하기 위하여 수집하는 정보의 항목을 설명합니다.", "euc-kr"),
        ("当社は、お客様の個人情報を適切に取り扱います。プライバシーポリシーをご覧ください。", "shift-jis"),
        ("Nous collectons vos données à caractère personnel, déjà été.", "cp1252"),
        ("Мы собираем персональные данные пользователей.", "cp1251"),
    ],
    ids=["Korean", "Japanese", "French", "Russian"],
)
def test_what_is_no_chinese_encoding_is_refused_rather_than_read_as_nonsense(written, encoding):
    with pytest.raises(ReadError) as caught:
        decode(written.encode(encoding))
    assert caught.value.code == "binary"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("我们收集😀信息".encode("utf-16", "surrogatepass")[:-3], id="UTF-16 of odd length"),
        pytest.param("我们收集信息，用于".encode("utf-16-le")[:-1], id="UTF-16 of odd length without a mark"),
        pytest.param("我们收集".encode() + b"\xed\xa0\xbd\xed\xb8\x80" + "信息。".encode(), id="CESU-8"),
        pytest.param("我们收集".encode() + b"\xed\xa0\xbd" + "信息。".encode(), id="half a surrogate pair"),
        pytest.param("我们收集".encode() + b"\xc0\xaf" + "信息。".encode(), id="overlong UTF-8"),
        pytest.param("隱私權保護政策".encode("cp950")[:-1], id="Big5 cut inside a character"),
        pytest.param(codecs.BOM_UTF32_LE + "隐私".encode("utf-32-le")[:-1], id="UTF-32 cut inside a character"),
    ],
)
def test_broken_text_is_refused(data):
    with pytest.raises(ReadError) as caught:
        decode(data)
    assert caught.value.code == "binary"


def test_a_stray_nul_becomes_a_replacement_character_of_the_same_length():
    written = SIMPLIFIED[:3000]
    spoilt = written[:5] + "\0" + written[6:2000] + "\0" + written[2001:]
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
        decoded = decode_file(spoilt.encode(encoding))
        assert decoded.text == spoilt.replace("\0", "\ufffd")
        assert decoded.warnings == (Warn("nul_bytes", "2 NULs were read as U+FFFD", 5, 6),)


def test_more_than_one_nul_in_a_thousand_is_binary():
    written = SIMPLIFIED[:3999]
    assert decode(("\0" * 4 + written).encode()) == "\ufffd" * 4 + written
    with pytest.raises(ReadError, match="NUL"):
        decode(("\0" * 5 + written).encode())


def test_the_document_says_what_was_mended():
    written = SIMPLIFIED[:1500]
    document = text.read_text(("\0" + written).encode(), id="x")
    assert document.text == "\ufffd" + written
    assert [(w.code, w.start, w.end) for w in document.warnings] == [("nul_bytes", 0, 1)]


def test_too_few_characters_to_be_sure_are_told():
    decoded = decode_file("更新".encode("gb18030"))
    assert decoded.text == "更新"
    (warning,) = decoded.warnings
    assert warning == Warn("encoding_unsure", "read as GB18030, but the text is too short to rule out Big5")
    assert decode_file(SIMPLIFIED[:200].encode("gb18030")) == Decoded(SIMPLIFIED[:200], "gb18030")


def test_a_right_reading_is_likelier_than_a_wrong_one():
    written = "我们不会向第三方共享您的个人信息"
    wrong = written.encode("gb18030").decode("big5hkscs", "replace")
    assert log_likelihood(written) > log_likelihood(wrong) + 50
    assert is_plausible(written) and not is_plausible(wrong)
    assert not is_plausible(written.encode().decode("gb18030", "replace"))


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_a_read_error(data):
    check_bytes(data)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("gb18030", "replace")))
def test_ten_thousand_files_are_text_or_a_read_error(data):
    check_bytes(data)


def check_bytes(data):
    try:
        decoded = decode_file(data)
    except ReadError as error:
        assert error.code in {"empty", "binary"} and "\n" not in str(error)
    else:
        assert "\0" not in decoded.text


def test_the_text_module_still_offers_decode():
    assert text.decode("隐私政策".encode("gb18030")) == "隐私政策"
