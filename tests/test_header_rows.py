"""Which rows of a table are taken for its header where the format does not say."""

import pytest

from tiaokuan.data.readers.builder import CellText
from tiaokuan.data.readers.header_rows import count_header_rows


def headers(*rows: str) -> int:
    return count_header_rows([[CellText(text, column) for column, text in enumerate(row.split("|"))] for row in rows])


@pytest.mark.parametrize(
    "titles",
    [
        "SDK名称|所属公司|使用目的",
        "第三方公司|收集的个人信息|官网链接",
        "公司|功能|隐私政策",
        "权限名称|收集、存储、使用目的|是否可关闭",
        "合作方|处理目的、方式、范围|联系电话",
    ],
)
def test_titles_of_columns_are_a_header(titles):
    assert headers(titles, "星图推送|成都星图科技有限公司|推送消息", "云阶统计|杭州云阶科技有限公司|统计用量") == 1


@pytest.mark.parametrize(
    "first",
    [
        "云阙电梯维保公司|楼栋号、故障描述、联系电话",
        "星图推送平台|成都星图科技有限公司",
        "云阶统计SDK|杭州云阶科技有限公司|设备型号、系统版本、设备信息",
        "星图地图|成都星图科技有限公司|https://map.example/privacy",
    ],
)
def test_a_first_row_of_data_is_no_header(first):
    assert headers(first, "䶮港燃气公司|户号、姓名、安检预约时间|无", "银联商务|订单号、缴费金额|无") == 0


def test_names_with_their_values_have_no_header():
    assert headers("SDK名称|使用目的说明", "公司名称|星图", "收集范围|设备型号") == 0


def test_titles_over_two_rows_are_both_of_the_header():
    top = [CellText("SDK名称", 0, rows=2), CellText("个人信息", 1, columns=2)]
    below = [
        [CellText("收集目的", 1), CellText("收集范围", 2)],
        [CellText(text, at) for at, text in enumerate(("甲", "乙", "丙"))],
    ]
    assert count_header_rows([top, *below, below[1]]) == 2
