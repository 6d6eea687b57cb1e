/** The panel's sentences: English and German as shipped, and an Arabic sample that shows what right-to-left does to them. */
import type { Say } from '../../components/text.ts';
import messagesDe from '../../public/_locales/de/messages.json' with { type: 'json' };
import messages from '../../public/_locales/en/messages.json' with { type: 'json' };

const textsOf = (all: Record<string, { message: string }>) =>
  new Map(Object.entries(all).map(([key, { message }]) => [key, message]));
const english = textsOf(messages);

/** Not a translation that ships: enough words to see the order of things. */
const arabic = new Map(
  Object.entries({
    region: 'مكتب الاتصال للحالة $1',
    call: 'اتصال',
    open: 'فتح',
    call_name: 'اتصال بـ $1',
    open_name: 'فتح $1',
    qr: 'رمز QR',
    n_more: '$1 أخرى',
    show_all: 'عرض كل جهات الاتصال والكتالوجات',
    opening: 'جارٍ فتح WorkLink للحالة $1',
    nothing_opened: 'لم يُفتح شيء؟',
    nothing_opened_how: 'إن لم يُفتح شيء فقد لا يكون WorkLink مثبتًا هنا. امسح الرمز بسماعة أو هاتف، أو انسخ الرابط.',
    show_code: 'عرض رمز QR',
    copy_link: 'نسخ الرابط',
    copied: 'تم النسخ',
    collapse: 'طي',
    close: 'إغلاق',
    dock: 'مكتب الاتصال، الحالة $1. تحركه مفاتيح الأسهم.',
    part_call: 'اتصال',
    part_catalogs: 'الكتالوجات',
    contact: 'جهة اتصال',
    catalog: 'كتالوج',
    licence_expert: 'خبير',
    licence_tech_plus: 'فني+',
    which_case: 'أي حالة؟',
    doubt: 'العنوان والصفحة لا يتفقان',
    doubt_why: 'يقول العنوان $1 وتعرض الصفحة $2. الاتصالات موقوفة حتى لا تصل إلى الحالة الخطأ.',
    doubt_choose: 'على أي حالة تعمل؟',
    it_is: 'هي $1',
    read_again: 'القراءة مجددًا',
    copy_for_admin: 'نسخ للمسؤول',
    moved: 'لم يتم الاتصال. تغيرت الصفحة من $1 إلى $2.',
    qr_card: 'رمز QR للحالة $1',
    code_for: 'رمز لـ',
    headset: 'سماعة',
    phone: 'هاتف',
    code_label: 'الرمز: $1 للحالة $2',
    hint_headset: 'امسحه داخل WorkLink أو بقارئ السماعة. يُقرأ من نحو $1 سم بهذا الحجم.',
    dim: 'تعتيم البطاقة',
    dim_why: 'إن كانت كاميرا السماعة لا ترى إلا الوهج',
    full_screen: 'ملء الشاشة',
    full_title: '$1 للحالة $2',
    cm: '$1 سم',
    wide: 'عرضًا على هذه الشاشة، إن طابقت البطاقة المصرفية الشريط',
    reads_from: 'يُقرأ من نحو $1 سم',
    bank_card: 'بطاقة مصرفية تطابق هذا الشريط (8.56 سم)',
    smaller: 'أصغر',
    larger: 'أكبر',
  }),
);

const speaker =
  (texts: Map<string, string>): Say =>
  (key, ...values) => {
    const text = texts.get(key) ?? english.get(key);
    if (text === undefined) throw new Error(`No text for ${key}`);
    return text.replace(/\$(\d)/g, (_, n: string) => values[Number(n) - 1] ?? '');
  };

/** Every text that is asked for must exist. */
export const say = speaker(english);
export const sayGerman = speaker(textsOf(messagesDe));
export const sayArabic = speaker(arabic);
