"""The words of the pages, by language."""

LABELS = {
    "en": {
        "tickets": "Tickets", "ticket": "Ticket", "customer": "Customer", "group": "Group", "owner": "Owner",
        "state": "State", "priority": "Priority", "updated": "Updated", "created": "Created", "tags": "Tags",
        "links": "Links", "history": "History", "internal": "internal", "attachments": "Attachments",
        "pending_time": "Pending till", "subscribers": "Subscribers", "checklist": "Checklist", "none": "none",
        "all": "All tickets", "newer": "Newer", "older": "Older", "missing": "This ticket does not exist.",
        "trial": "Trial helpdesk", "organization": "Organization", "read_only": "read only", "to": "to",
        "parent": "parent", "child": "child", "normal": "related", "skip": "To the articles",
        "overviews": "Overviews", "seen_by": "as seen by", "title": "Ticket", "number": "#",
        "updated_at": "Updated", "created_at": "Created", "escalation_at": "Escalation",
    },
    "zh-CN": {
        "tickets": "工单", "ticket": "工单", "customer": "客户", "group": "组", "owner": "所有者", "state": "状态",
        "priority": "优先级", "updated": "更新于", "created": "创建于", "tags": "标签", "links": "链接",
        "history": "历史", "internal": "内部", "attachments": "附件", "pending_time": "挂起至", "subscribers": "关注者",
        "checklist": "清单", "none": "无", "all": "全部工单", "newer": "较新", "older": "较早",
        "missing": "没有这个工单。", "trial": "试用服务台", "organization": "机构", "read_only": "只读", "to": "至",
        "parent": "上级", "child": "下级", "normal": "相关", "skip": "跳到内容",
        "overviews": "概览", "seen_by": "查看人：", "title": "工单", "number": "#",
        "updated_at": "更新于", "created_at": "创建于", "escalation_at": "升级",
    },
    "zh-TW": {
        "tickets": "工單", "ticket": "工單", "customer": "客戶", "group": "群組", "owner": "擁有者", "state": "狀態",
        "priority": "優先級", "updated": "更新於", "created": "建立於", "tags": "標籤", "links": "連結",
        "history": "歷史", "internal": "內部", "attachments": "附件", "pending_time": "擱置至", "subscribers": "關注者",
        "checklist": "清單", "none": "無", "all": "全部工單", "newer": "較新", "older": "較早",
        "missing": "沒有這個工單。", "trial": "試用服務台", "organization": "機構", "read_only": "唯讀", "to": "至",
        "parent": "上層", "child": "下層", "normal": "相關", "skip": "跳到內容",
        "overviews": "概覽", "seen_by": "檢視人：", "title": "工單", "number": "#",
        "updated_at": "更新於", "created_at": "建立於", "escalation_at": "升級",
    },
}  # fmt: skip


def choose(accepted: str) -> str:
    """The language of `LABELS` that an `Accept-Language` header prefers; English where it names none."""
    for part in accepted.split(","):
        name = part.partition(";")[0].strip().lower()
        if name.startswith(("zh-tw", "zh-hk", "zh-hant")):
            return "zh-TW"
        if name.startswith("zh"):
            return "zh-CN"
        if name.startswith("en"):
            return "en"
    return "en"
